import { basename, dirname } from 'node:path/posix';
import type { KubeObject } from './api';
import type { Istiod, SyncStatus } from './istiod';
import type { Lab } from './lab';
import { Hopeless, until } from './wait';

/**
 * Waits until every proxy of these namespaces has the applied configuration: istiod has received the objects, has
 * computed the mesh's state from them, and every proxy has acknowledged its part of that state. Throws if a proxy
 * rejected it.
 */
export async function awaitConfigSync(lab: Lab, namespaces: readonly string[], istiod: Istiod): Promise<void> {
  for (const namespace of namespaces) {
    await routesAreTaken(lab, namespace);
    await objectsAreSeen(lab, namespace, istiod);
    await endpointsAreSeen(lab, namespace, istiod);
  }
  await stateIsComputed(lab, istiod);
  await proxiesAreConnected(lab, namespaces, istiod);
  // The first may be satisfied by an older push in progress; the push queued behind it has the new state, as has the
  // second.
  await push(lab, namespaces, istiod);
  await push(lab, namespaces, istiod);
}

/**
 * A route of the Gateway API is translated to Istio's own objects; its status reports when that is done, with no parents
 * for a ListenerSet of which no listener is valid.
 */
async function routesAreTaken(lab: Lab, namespace: string): Promise<void> {
  interface Route extends KubeObject {
    readonly metadata: KubeObject['metadata'] & { readonly generation: number };
    readonly status?: {
      readonly parents?: readonly {
        readonly conditions: readonly {
          readonly type: string;
          readonly status: string;
          readonly observedGeneration?: number;
        }[];
      }[];
    };
  }
  await until(`the routes of ${namespace} are taken`, async () => {
    const lists = await Promise.all(
      ['httproutes', 'grpcroutes'].map(kind =>
        lab.plane.api.list<Route>(`/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/${kind}`),
      ),
    );
    const pending = lists
      .flat()
      .filter(
        ({ metadata: { generation }, status }) =>
          status?.parents?.length !== 0
          && !status?.parents?.some(({ conditions }) =>
            conditions.some(({ type, observedGeneration }) => type === 'Accepted' && observedGeneration === generation),
          ),
      )
      .map(({ kind, metadata: { name } }) => `${kind} ${name}`);
    if (pending.length > 0) {
      throw new Error(`${pending.join(', ')} are pending`);
    }
    return true;
  });
}

async function objectsAreSeen(lab: Lab, namespace: string, istiod: Istiod): Promise<void> {
  const key = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}`;
  await until(`istiod has seen ${namespace}`, async () => {
    // Requested again each time: istiod itself updates the status of some.
    const lists = await Promise.all(
      KINDS.map(kind => lab.plane.api.list(`/apis/${dirname(kind)}/namespaces/${namespace}/${basename(kind)}`)),
    );
    const expected = lists.flat().map(key);
    const seen = new Set((await istiod.debug<KubeObject[]>('configz')).map(key));
    const missing = expected.filter(each => !seen.has(each));
    if (missing.length > 0) {
      throw new Error(`it does not have ${missing.join(', ')}`);
    }
    return true;
  });
}

/** Waits until every pod that a Service selects is one of its ready endpoints, also in istiod. */
async function endpointsAreSeen(lab: Lab, namespace: string, istiod: Istiod): Promise<void> {
  interface ServiceObject extends KubeObject {
    readonly spec: { readonly selector?: Readonly<Record<string, string>> };
  }
  const services = await lab.plane.api.list<ServiceObject>(`/api/v1/namespaces/${namespace}/services`);
  const expected = services.flatMap(({ metadata: { name }, spec: { selector } }) =>
    selector
      ? lab.kubelet
          .pods(namespace, selector)
          .map(pod => ({ host: `${name}.${namespace}.svc.cluster.local`, ip: pod.network.ip }))
      : [],
  );
  await until(`istiod has the endpoints of ${namespace}`, async () => {
    const shards = await istiod.debug<Record<string, unknown>>('endpointShardz');
    return expected.every(({ host, ip }) =>
      endpointsIn(shards[host]).some(each => each.HealthStatus === HEALTHY && each.Addresses.includes(ip)),
    );
  });
}

interface Endpoint {
  readonly Addresses: readonly string[];
  readonly HealthStatus: number;
}

const HEALTHY = 1;

/** The endpoints of a host, which istiod stores by namespace and by registry. */
function endpointsIn(tree: unknown): Endpoint[] {
  if (typeof tree !== 'object' || tree === null) {
    return [];
  }
  return 'Addresses' in tree ? [tree as Endpoint] : Object.values(tree).flatMap(endpointsIn);
}

let marks = 0;

/**
 * istiod debounces changes before it computes the state that it pushes. A policy that selects no workload, applied
 * last, shows when that state is new enough.
 */
async function stateIsComputed({ plane: { api } }: Lab, istiod: Istiod): Promise<void> {
  const mark = `mark-${++marks}`;
  const path = '/apis/security.istio.io/v1/namespaces/lab-marks/authorizationpolicies';
  if (marks === 1) {
    await api.post('/api/v1/namespaces', { metadata: { name: 'lab-marks' } });
    await api.post(path, {
      apiVersion: 'security.istio.io/v1',
      kind: 'AuthorizationPolicy',
      metadata: { name: 'mark' },
      spec: { selector: { matchLabels: { mark } } },
    });
  } else {
    await api.patch(`${path}/mark`, { spec: { selector: { matchLabels: { mark } } } });
  }
  await until('istiod has computed the state of the mesh', async () =>
    (await istiod.text('pushcontext')).includes(`"${mark}"`),
  );
}

async function proxiesAreConnected(lab: Lab, namespaces: readonly string[], istiod: Istiod): Promise<void> {
  await until(`the proxies of ${namespaces.join(', ')} are connected`, async () => {
    const lost = unconnected(lab, namespaces, istiod, await lab.proxies(namespaces, istiod));
    if (lost.length > 0) {
      throw new Error(`${lost.join(', ')} are not connected`);
    }
    return true;
  });
}

/** The running proxies of these namespaces that istiod has no connection of. */
function unconnected(
  { kubelet }: Lab,
  namespaces: readonly string[],
  { revision }: Istiod,
  statuses: readonly SyncStatus[],
): string[] {
  const connected = new Set(statuses.map(({ proxy }) => proxy));
  return namespaces
    .flatMap(namespace => kubelet.pods(namespace))
    .filter(pod => pod.revision === revision)
    .map(pod => `${pod.name}.${pod.namespace}`)
    .filter(proxy => !connected.has(proxy));
}

/** Makes istiod push its current state, and waits until each proxy has acknowledged all of it. */
async function push(lab: Lab, namespaces: readonly string[], istiod: Istiod): Promise<void> {
  const before = new Map((await lab.proxies(namespaces, istiod)).map(each => [each.proxy, each.resources ?? {}]));
  await istiod.text('adsz?push=true');
  await until(`the proxies of ${namespaces.join(', ')} have the pushed configuration`, async () => {
    const withRoutes = await proxiesWithRoutes(istiod);
    const statuses = await lab.proxies(namespaces, istiod);
    const pending = [
      ...statuses
        .filter(
          status =>
            !lab.kubelet.deleted.has(status.proxy)
            && !hasTaken(status, before.get(status.proxy), withRoutes.has(status.proxy)),
        )
        .map(({ proxy }) => proxy),
      // What is pushed to a proxy without a connection is not acknowledged.
      ...unconnected(lab, namespaces, istiod, statuses),
    ];
    if (pending.length > 0) {
      throw new Error(`${pending.join(', ')} have not acknowledged it`);
    }
    return true;
  });
}

/**
 * The proxies that request routes. One whose listeners have no routes any more requests none, and the status of those
 * that it had stays as it was.
 */
export async function proxiesWithRoutes(istiod: Istiod): Promise<ReadonlySet<string>> {
  const { clients = [] } = await istiod.debug<{
    readonly clients?: readonly {
      readonly connectionId: string;
      readonly watches?: Readonly<Record<string, readonly string[] | null>>;
    }[];
  }>('adsz');
  return new Set(
    clients
      .filter(({ watches = {} }) => Object.entries(watches).some(([type, names]) => ROUTES.test(type) && names?.length))
      // The number of the connection follows the name of the proxy.
      .map(({ connectionId }) => connectionId.replace(/-\d+$/, '')),
  );
}

function hasTaken({ proxy, resources = {} }: SyncStatus, before: SyncStatus['resources'], hasRoutes: boolean): boolean {
  return Object.entries(resources).every(([type, { sent, acked, lastError }]) => {
    if (lastError) {
      throw new Hopeless(`${proxy} refused ${type}: ${lastError}`);
    }
    const isPushed = PUSHED_TO_ALL.test(type) || (ROUTES.test(type) && hasRoutes);
    return sent === acked && (!isPushed || sent !== before?.[type]?.sent);
  });
}

/**
 * The resource types that a forced push sends to every proxy that has any, changed or not, before routes; endpoints are
 * between.
 */
const PUSHED_TO_ALL = /Cluster$|Listener$/;
const ROUTES = /RouteConfiguration$/;

const KINDS = [
  ...['virtualservices', 'destinationrules', 'serviceentries', 'workloadentries', 'workloadgroups', 'sidecars'].map(
    plural => `networking.istio.io/v1/${plural}`,
  ),
  'networking.istio.io/v1alpha3/envoyfilters',
  ...['authorizationpolicies', 'peerauthentications', 'requestauthentications'].map(
    plural => `security.istio.io/v1/${plural}`,
  ),
  'telemetry.istio.io/v1/telemetries',
  'extensions.istio.io/v1alpha1/wasmplugins',
  'extensions.istio.io/v1alpha1/trafficextensions',
];
