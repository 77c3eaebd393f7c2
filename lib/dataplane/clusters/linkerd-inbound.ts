import {
  type Cluster,
  type Field,
  Kind,
  linkerdSetting,
  namesOfPort,
  type Resource,
  selects,
  type Workload,
} from '../../manifests';
import type { Connection } from '../endpoints/connection';
import type { Message } from '../messages/message';
import { or, type Ternary, Unsimulated } from '../messages/unsimulated';
import { authorizeInLinkerd, type LinkerdVerdict, policiesTargeting } from '../policies/linkerd';
import { bestInLinkerd, linkerdRoutesOf } from '../routes/linkerd-routes';
import type { Arrival } from './arrival';

const POLICY = 'policy.linkerd.io';
const GATEWAY_API = 'gateway.networking.k8s.io';
const [FORBIDDEN, NOT_FOUND] = [403, 404];

/**
 * A request or connection at the proxy of Linkerd: the route of its Server that matches it best, with the policies of the
 * route and of the Server. Without a Server the default policy of the Pods decides.
 * @see https://github.com/linkerd/linkerd2/blob/main/policy-controller/k8s/index/src/inbound/index.rs
 */
export function arriveAtLinkerd(
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  cluster: Cluster,
): Arrival {
  const { number } = connection.port;
  const server = serverAt(workload, number, cluster);
  const request = server && !readsRequests(server) ? undefined : message;
  const {
    isAllowed,
    by,
    status = FORBIDDEN,
    reason,
  } = server
    ? atServer(server, workload, connection, request, cluster)
    : byDefault(workload, connection, request, cluster);
  if (isAllowed === undefined) {
    const doubt = new Unsimulated(
      `Whether ${workload.namespace}/${workload.name} allows the client on port ${number} depends on its address, or on `
        + 'the settings of the installation of Linkerd.',
      'Give the client an address, or a default policy to the namespace: `config.linkerd.io/default-inbound-policy`.',
    );
    return { message, by, isUncertain: true, doubt, steps: [] };
  }
  return isAllowed
    ? { message, by, steps: [] }
    : { refusal: { status: request ? status : 0, by: by ?? server?.root, reason: reason ?? DENIED }, steps: [] };
}

const DENIED = 'no AuthorizationPolicy allows the client';

/** Whether policies allow all requests of a client to a port, none, or some. */
export function allowsInLinkerd(workload: Workload, connection: Connection, isTcp: boolean, cluster: Cluster): Ternary {
  const server = serverAt(workload, connection.port.number, cluster);
  if (!server) {
    return byDefault(workload, connection, undefined, cluster).isAllowed;
  }
  const ofServer = authorizeServer(server, connection, cluster).isAllowed;
  const routes = isTcp || !readsRequests(server) ? [] : routesOf(server, cluster);
  if (routes.length === 0) {
    return ofServer;
  }
  const verdicts = routes.map(each => or([ofServer, authorizeRoute(each, connection, cluster).isAllowed]));
  const matchesAll = linkerdRoutesOf(routes, cluster).some(each => each.match?.matchesAll ?? true);
  return verdicts.every(each => each === false) ? false : matchesAll && verdicts.every(each => each) ? true : undefined;
}

interface Verdict extends LinkerdVerdict {
  readonly status?: number;
  readonly reason?: string;
}

function atServer(
  server: Resource,
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  cluster: Cluster,
): Verdict {
  const ofServer = authorizeServer(server, connection, cluster);
  const routes = message ? routesOf(server, cluster) : [];
  if (!message) {
    return ofServer;
  }
  if (routes.length === 0) {
    const mayProbe = server.spec.get('proxyProtocol').text !== 'gRPC' && isProbe(workload, connection, message);
    return mayProbe && ofServer.isAllowed === false ? { ...ofServer, isAllowed: undefined } : ofServer;
  }
  const best = bestInLinkerd(linkerdRoutesOf(routes, cluster), message);
  const [first, ...others] = [...new Set(best.map(each => each.rule.at.resource))];
  if (!first) {
    return {
      isAllowed: false,
      status: NOT_FOUND,
      by: server.root,
      reason: `no route matches ${message.method} ${message.path}`,
    };
  }
  const verdict = authorizeRoute(first, connection, cluster);
  const isAllowed = or([ofServer.isAllowed, verdict.isAllowed]);
  const other = others.find(
    each => or([ofServer.isAllowed, authorizeRoute(each, connection, cluster).isAllowed]) !== isAllowed,
  );
  if (other) {
    throw new Unsimulated(
      `${first.kind} ${first.key} and ${other.kind} ${other.key} match ${message.method} ${message.path} alike, and the `
        + 'older one applies.',
      'Use matches of which one is preferred: a longer path, more headers, or a method.',
    );
  }
  return { isAllowed, by: ofServer.isAllowed ? ofServer.by : (verdict.by ?? first.root) };
}

function authorizeServer(server: Resource, connection: Connection, cluster: Cluster): LinkerdVerdict {
  const { name, namespace } = server;
  const verdict = authorizeInLinkerd(
    [
      ...policiesTargeting('Server', POLICY, name, namespace, cluster),
      ...policiesTargeting('Namespace', '', namespace, namespace, cluster),
    ],
    connection,
    cluster,
  );
  const isAllowed = defaultAllows(server.spec.get('accessPolicy').text || 'deny', connection);
  return isAllowed === false
    ? verdict
    : { isAllowed: or([verdict.isAllowed, isAllowed]), by: verdict.isAllowed ? verdict.by : server.root };
}

function authorizeRoute(route: Resource, connection: Connection, cluster: Cluster): LinkerdVerdict {
  return authorizeInLinkerd(
    policiesTargeting(route.kind, GATEWAY_API, route.name, route.namespace, cluster),
    connection,
    cluster,
  );
}

/** The default policy of Pods. That of the installation is unknown. Probes are allowed from the networks of nodes. */
function byDefault(
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  cluster: Cluster,
): Verdict {
  const policy = linkerdSetting(workload, 'default-inbound-policy', cluster);
  const isAllowed = policy === undefined ? undefined : defaultAllows(policy, connection);
  const reason = `the default policy of ${workload.namespace}/${workload.name} is ${policy ?? 'unknown'}`;
  return { isAllowed: isAllowed === false && isProbe(workload, connection, message) ? undefined : isAllowed, reason };
}

/** What a default policy decides; undefined where it depends on the networks of the cluster. */
function defaultAllows(policy: string, { linkerd }: Connection): Ternary {
  const hasIdentity = linkerd?.identity !== undefined;
  switch (policy) {
    case 'all-unauthenticated':
    case 'audit':
      return true;
    case 'all-authenticated':
      return hasIdentity;
    case 'cluster-authenticated':
      return hasIdentity;
    case 'cluster-unauthenticated':
      return hasIdentity ? true : undefined;
    default:
      return false;
  }
}

/** Whether a request is like a probe of the kubelet, which is allowed without a policy from the networks of nodes. */
function isProbe({ containers }: Workload, { port }: Connection, message: Message | undefined): boolean {
  return (
    message?.method === 'GET'
    && containers
      .flatMap(each => ['startupProbe', 'readinessProbe', 'livenessProbe'].map(name => each.get(name, 'httpGet')))
      .filter(each => each.exists)
      .some(
        each =>
          (each.get('port').number === port.number || port.names.includes(each.get('port').text))
          && (each.get('path').text || '/').split('?')[0] === message.path,
      )
  );
}

/** The Server of a port. Throws for several, of which the oldest applies. */
function serverAt(workload: Workload, port: number, cluster: Cluster): Resource | undefined {
  const [server, other] = cluster
    .all(Kind.LINKERD_SERVER)
    .filter(
      each =>
        each.namespace === workload.namespace
        && each.spec.get('podSelector').exists
        && selects(each.spec.get('podSelector'), workload.labels)
        && isPort(each.spec.get('port'), port, workload),
    );
  if (server && other) {
    throw new Unsimulated(
      `The Servers ${server.key} and ${other.key} are for port ${port} of ${workload.name}, and the older one applies.`,
      'Remove one of them.',
    );
  }
  return server;
}

function isPort(at: Field, port: number, workload: Workload): boolean {
  return at.number === port || namesOfPort(port, workload).includes(at.text);
}

/** Whether the proxy reads requests on the port of a Server; on others it sees connections. */
function readsRequests({ spec }: Resource): boolean {
  return !['opaque', 'TLS'].includes(spec.get('proxyProtocol').text);
}

/** The routes of a Server: of gRPC or of HTTP, as its protocol is. */
function routesOf(server: Resource, cluster: Cluster): Resource[] {
  const type = server.spec.get('proxyProtocol').text === 'gRPC' ? Kind.GRPC_ROUTE : Kind.HTTP_ROUTE;
  return cluster
    .all(type)
    .filter(
      each =>
        each.namespace === server.namespace
        && each.spec
          .get('parentRefs')
          .items.some(
            at =>
              at.get('kind').text === 'Server'
              && at.get('group').text === POLICY
              && at.get('name').text === server.name
              && ['', each.namespace].includes(at.get('namespace').text),
          ),
    );
}
