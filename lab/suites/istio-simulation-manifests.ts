import { parseAllDocuments } from 'yaml';
import { deployment } from './deployment';
import type { Question } from './istio-simulation';

/** The workload of a sidecar that is asked, and callers of it: outside the mesh, and with mutual TLS in any case. */
export const PROXY = 'proxy';
export const OUTSIDE = 'plain/outside';
export const MESHED = 'default/meshed';

/** A headless Service of the proxy without the ports that are asked: its name leads to the Pod on any port. */
export const POD = 'pod';

type Item = Record<string, unknown>;

interface Thing extends Item {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly spec?: Item;
}

/** istiod with the setting of the test, by which it reads TLS settings of Sidecars. */
const ISTIOD = deployment(
  { name: 'istiod', namespace: 'istio-system' },
  { app: 'istiod' },
  { containers: [{ name: 'discovery', env: [{ name: 'ENABLE_TLS_ON_SIDECAR_INGRESS', value: 'true' }] }] },
);

/** A host as `name.namespace` if it is one of a Service: some tests have no cluster domain. */
export function hostOf(host: string): string {
  return host.replace(/\.svc(\.cluster\.local)?$/, '');
}

/** The Service of the proxy that has a host of the test. */
export function serviceOf(host: string, { proxy }: Question): string {
  const [name = '', namespace = proxy.namespace] = host.endsWith('.local') ? hostOf(host).split('.') : [];
  return `${name || host.replaceAll('.', '-')}.${proxy.type === 'router' ? 'istio-system' : namespace}`;
}

/** The objects of a test, with what it has in memory: Pods behind the Services, and the workload of the proxy. */
export function manifestsOf(question: Question): object[] {
  const { proxy, mesh } = question;
  const labels = { ...(proxy.labels ?? {}), role: PROXY };
  const objects = question.objects
    .flatMap(text => parseAllDocuments(text).map(each => each.toJS() as Thing | null))
    .filter(each => each !== null)
    .filter(each => each.kind !== 'EndpointSlice')
    .map(each => ({ ...each, metadata: { namespace: 'default', ...each.metadata } }));
  const isGateway = proxy.type === 'router';
  const namespaces = new Set(['default', 'istio-system', ...objects.map(each => each.metadata.namespace)]);
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio', namespace: 'istio-system' },
      data: { mesh: JSON.stringify(mesh) },
    },
    ...[...namespaces, proxy.namespace, 'plain'].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: name === 'plain' ? {} : { 'istio-injection': 'enabled' } },
    })),
    ...(/^ +tls:/m.test(question.objects.join('\n')) && !isGateway ? [ISTIOD] : []),
    ...(isGateway ? gatewayOf(question, labels) : [...sidecarOf(question, labels), ...callers()]),
    ...objects.filter(each => !isAt(each.spec?.endpoints, proxy.addresses)).flatMap(withPods),
    ...(isGateway ? backendsOf(objects) : []),
  ].filter((each, index, all) => each.kind !== 'Namespace' || index === all.findIndex(other => isSame(each, other)));
}

/** An object by its identity. */
interface Identified {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function isSame(one: Identified, other: Identified): boolean {
  return one.kind === other.kind && one.metadata.name === other.metadata.name;
}

function isAt(endpoints: unknown, addresses: readonly string[]): boolean {
  return Array.isArray(endpoints) && endpoints.some((each: Item) => addresses.includes(String(each.address)));
}

function callers(): Thing[] {
  return [OUTSIDE, MESHED].map(each => {
    const [namespace = '', name = ''] = each.split('/');
    return deployment({ name, namespace }, { app: name });
  });
}

/** A gateway, with a Service for the ports of its servers where the test has none. */
function gatewayOf(question: Question, labels: Record<string, string>): Thing[] {
  const numbers = [...question.objects.join('\n').matchAll(/number: (\d+)/g)].map(each => Number(each[1]));
  const name = 'istio-ingressgateway';
  return [
    deployment({ name, namespace: 'istio-system' }, labels),
    ...(question.proxy.targets.length > 0
      ? servicesOf(question, labels)
      : [
          service(
            name,
            'istio-system',
            labels,
            [...new Set([80, 443, ...numbers])].map(port => ({ name: `port-${port}`, port })),
            { type: 'LoadBalancer' },
          ),
        ]),
  ];
}

function sidecarOf(question: Question, labels: Record<string, string>): Thing[] {
  const { namespace } = question.proxy;
  const services = servicesOf(question, labels);
  return [
    deployment({ name: PROXY, namespace }, labels),
    service(POD, namespace, labels, [{ name: 'tcp-unused', port: 1 }], { clusterIP: 'None' }),
    ...services,
    ...services.map(({ metadata: { name, namespace: space = '' } }) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { name, namespace: 'default' },
      spec: {
        host: `${name}.${space}.svc.cluster.local`,
        workloadSelector: { matchLabels: { app: 'meshed' } },
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
      },
    })),
  ];
}

function servicesOf(question: Question, labels: Record<string, string>): Thing[] {
  const { targets } = question.proxy;
  return [...new Set(targets.map(each => each.host))].map(host => {
    const [name = '', namespace = ''] = serviceOf(host, question).split('.');
    const ports = targets
      .filter(each => each.host === host)
      .map(({ name: portName, port, targetPort, protocol }) => ({
        name: portName || `port-${port}`,
        appProtocol: protocol === 'UnsupportedProtocol' ? undefined : protocol.toLowerCase(),
        port,
        targetPort,
      }));
    return service(name, namespace, labels, ports, {});
  });
}

function service(name: string, namespace: string, selector: object, ports: readonly object[], spec: object): Thing {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector, ports, ...spec } };
}

/** A Service of a test, whose Pods it does not have. */
function withPods(object: Thing): Thing[] {
  const { spec = {}, metadata } = object;
  if (object.kind !== 'Service' || spec.type === 'ExternalName') {
    return [object];
  }
  const selector = { service: metadata.name };
  return [
    { ...object, spec: { ...spec, selector } },
    deployment({ name: metadata.name, namespace: metadata.namespace ?? '' }, selector),
  ];
}

/** Services for the destinations of routes that are not among the objects. */
function backendsOf(objects: readonly Thing[]): Thing[] {
  const known = new Set(
    objects.flatMap(({ kind, metadata, spec }) =>
      kind === 'Service'
        ? [`${metadata.name}.${metadata.namespace ?? ''}`]
        : kind === 'ServiceEntry'
          ? (spec?.hosts as string[])
          : [],
    ),
  );
  const found = new Map<string, Map<number, string>>();
  for (const { spec = {}, metadata } of objects.filter(each => ['VirtualService', 'Ingress'].includes(each.kind))) {
    for (const protocol of ['http', 'tls', 'tcp', 'rules']) {
      for (const { host, port } of destinationsIn(spec[protocol])) {
        const [name = '', namespace = metadata.namespace ?? ''] = hostOf(host).split('.');
        const key = `${name}.${namespace}`;
        if (!known.has(host) && !known.has(key)) {
          const ports = found.get(key) ?? new Map<number, string>();
          const appProtocol = protocol === 'rules' ? 'http' : protocol;
          (port ? [port.number] : [80, 443]).forEach(each => ports.set(each, `${appProtocol}-${each}`));
          found.set(key, ports);
        }
      }
    }
  }
  return [...found].flatMap(([key, ports]) => {
    const [name = '', namespace = ''] = key.split('.');
    const selector = { service: name };
    return [
      service(
        name,
        namespace,
        selector,
        [...ports].map(([port, portName]) => ({ name: portName, port })),
        {},
      ),
      deployment({ name, namespace }, selector),
    ];
  });
}

interface Destination {
  readonly host: string;
  readonly port?: { readonly number: number };
}

/** The destinations of rules of a VirtualService or an Ingress. */
function destinationsIn(rules: unknown): Destination[] {
  return ((rules ?? []) as Rule[]).flatMap(({ route = [], http }) => [
    ...route.map(each => each.destination),
    ...(http?.paths ?? []).map(
      ({
        backend: {
          service: { name, port },
        },
      }) => ({ host: name, port }),
    ),
  ]);
}

interface Rule {
  readonly route?: readonly { readonly destination: Destination }[];
  readonly http?: {
    readonly paths: readonly {
      readonly backend: { readonly service: { readonly name: string; readonly port: { readonly number: number } } };
    }[];
  };
}
