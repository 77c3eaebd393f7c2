import {
  type Cluster,
  type Field,
  hasLabels,
  type Host,
  Kind,
  operationsOf,
  portNumber,
  portsOf,
  protocolOf,
  type Resource,
} from '../../manifests';
import { type Message, resolve } from '../../dataplane';
import { readRequest, type RequestProps } from './request';

/**
 * The request of a gRPC method of a callee, which may include a port after a colon; the default is the first port that
 * carries HTTP.
 */
export function grpcRequest(
  callee: string,
  method: string,
  namespace: string,
  cluster: Cluster,
  props: RequestProps,
): Message {
  const [name = '', port] = callee.split(':');
  const host = resolve(name, namespace, cluster);
  const ports = host ? portsOf(host) : [];
  const found = ports.find(each => ['grpc', 'http2'].includes(protocolOf(each) ?? '')) ?? ports[0];
  const number = port === undefined ? found && portNumber(found) : Number(port);
  if (number === undefined) {
    throw new Error(
      `The name ${name} does not resolve to a Service in namespace ${namespace}. Add its namespace, or its `
        + `port: "${name}.NAMESPACE:PORT".`,
    );
  }
  const path = method.includes('/') ? `/${method.replace(/^\//, '')}` : fullMethod(method, name, host, cluster);
  return readRequest(`POST http://${name}:${number}${path}`, {
    ...props,
    headers: { 'content-type': 'application/grpc', ...props.headers },
  });
}

/** The path of a method whose gRPC service occurs in a policy of the callee, or else in any policy or route. */
function fullMethod(method: string, callee: string, host: Host | undefined, cluster: Cluster): string {
  const named = (paths: readonly string[]) => [
    ...new Set(paths.filter(each => each.endsWith(`/${method}`) && each.split('/').length === 3)),
  ];
  const policies = cluster.all(Kind.AUTHORIZATION_POLICY);
  const own = named(policyPaths(policies.filter(each => host && protects(each, host))));
  const [path, ...others] = own.length === 1 ? own : named([...policyPaths(policies), ...routePaths(cluster)]);
  if (path === undefined || others.length > 0) {
    const problem =
      path === undefined
        ? 'No policy or route contains'
        : `Policies and routes contain several candidates (${[path, ...others].join(', ')}) for`;
    throw new Error(
      `${problem} the gRPC service of ${callee}'s method ${method}. `
        + `Write it in full: "package.Service/${method}".`,
    );
  }
  return path;
}

/** Whether a policy selects the pods of a Service by labels that the Service selects them by. */
function protects({ namespace, spec }: Resource, { resource }: Host): boolean {
  const labels = spec.get('selector', 'matchLabels').strings;
  return (
    namespace === resource.namespace
    && Object.keys(labels).length > 0
    && hasLabels(resource.spec.get('selector').strings, labels)
  );
}

function policyPaths(policies: readonly Resource[]): string[] {
  return policies.flatMap(operationsOf).flatMap(each => each.get('paths').texts);
}

function routePaths(cluster: Cluster): string[] {
  const uri = (match: Field) => match.get('uri', 'exact').text;
  const grpc = (match: Field) => `/${match.get('method', 'service').text}/${match.get('method', 'method').text}`;
  const matches = (type: string, ...way: string[]) =>
    cluster
      .all(type)
      .flatMap(each => each.spec.get(...way).items)
      .flatMap(each => each.get(way[0] === 'http' ? 'match' : 'matches').items);
  return [...matches(Kind.VIRTUAL_SERVICE, 'http').map(uri), ...matches(Kind.GRPC_ROUTE, 'rules').map(grpc)];
}
