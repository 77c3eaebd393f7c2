import {
  type Cluster,
  covers,
  differingField,
  type Field,
  fullHost,
  hasLabels,
  type Host,
  Kind,
  memo,
  type Resource,
  targetRefsOf,
} from '../../manifests';
import { isPlainSlice, slicesOf } from '../endpoints/endpoint-slices';
import { Unsimulated } from '../messages/unsimulated';
import { BACKEND_TLS_POLICY, SERVICE } from './fields';
import { DESTINATION_RULE, SERVICE_ENTRY, WORKLOAD_ENTRY } from './istio';
import { type Reading, REMEDY, titleOf, unreadField, unreadFields } from './read';

/** Why it is not known how a host is reached: an object for it that is not simulated, or a field of one that is. */
export const unreadOfHost = memo(unreadOf);

/** Why it is not known what a waypoint does with requests for a host: an extension that targets one of both. */
export function unreadOfWaypoint(gateway: Resource, { resource }: Host, cluster: Cluster): Unsimulated | undefined {
  const found = ['TrafficExtension.extensions.istio.io', 'WasmPlugin.extensions.istio.io', Kind.ENVOY_FILTER]
    .flatMap(type => cluster.all(type))
    .find(each =>
      targetRefsOf(each).some(at =>
        [gateway, resource].some(
          ({ kind, name, namespace }) =>
            at.get('kind').text === kind && at.get('name').text === name && each.namespace === namespace,
        ),
      ),
    );
  return found && new Unsimulated(`${titleOf(found)} changes what the waypoint ${gateway.key} does.`, REMEDY);
}

/** The first field that is not simulated of the DestinationRules for a host. */
export function unreadRuleFor(host: string, cluster: Cluster): Unsimulated | undefined {
  return unreadRules(cluster).find(each => covers(each.host, host))?.unread;
}

const unreadRules = memo((cluster: Cluster) =>
  cluster.all(Kind.DESTINATION_RULE).flatMap(rule => {
    const unread = firstUnread([rule], DESTINATION_RULE);
    const host = fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain);
    return unread ? [{ host, unread }] : [];
  }),
);

function unreadOf(host: Host, cluster: Cluster): Unsimulated | undefined {
  const { name, resource } = host;
  const isService = resource.type === Kind.SERVICE;
  const entries = cluster.all(Kind.WORKLOAD_ENTRY).filter(each => isSelected(each, resource));
  return (
    firstUnread([resource], isService ? SERVICE : SERVICE_ENTRY)
    ?? unreadRuleFor(name, cluster)
    ?? firstUnread(entries, WORKLOAD_ENTRY)
    ?? firstUnread(tlsPoliciesOf(resource, cluster), BACKEND_TLS_POLICY)
    ?? (isService ? changedService(resource, cluster) : undefined)
    ?? foreignRoute(resource, cluster)
    ?? conflictingDeclarations(host)
  );
}

function conflictingDeclarations(host: Host): Unsimulated | undefined {
  const field = differingField(host);
  const names = host.declaredBy?.map(each => each.key).join(' and ');
  return field === undefined
    ? undefined
    : new Unsimulated(
        `The ServiceEntries ${names} declare ${host.name} with different ${field}, and istiod applies only one of them.`,
        'Declare the host in one ServiceEntry.',
      );
}

function firstUnread(resources: readonly Resource[], reading: Reading): Unsimulated | undefined {
  const [field] = resources.flatMap(each => unreadFields(each.spec, reading));
  return field && unreadField(field);
}

/** Whether a WorkloadEntry stands behind a Service or a ServiceEntry. */
function isSelected(entry: Resource, { type, namespace, spec }: Resource): boolean {
  const selector = spec.get(...(type === Kind.SERVICE ? ['selector'] : ['workloadSelector', 'labels'])).strings;
  return (
    entry.namespace === namespace
    && Object.keys(selector).length > 0
    && hasLabels({ ...entry.labels, ...entry.spec.get('labels').strings }, selector)
  );
}

function tlsPoliciesOf({ kind, name, namespace }: Resource, cluster: Cluster): Resource[] {
  const isTarget = (at: Field) => at.get('kind').text === kind && at.get('name').text === name;
  return cluster
    .all(Kind.BACKEND_TLS_POLICY)
    .filter(each => each.namespace === namespace && each.spec.get('targetRefs').items.some(isTarget));
}

function changedService(service: Resource, cluster: Cluster): Unsimulated | undefined {
  const isTarget = (at: Field) => ['', 'Service'].includes(at.get('kind').text) && at.get('name').text === service.name;
  const others = [
    ...cluster
      .all('XBackendTrafficPolicy.gateway.networking.x-k8s.io')
      .filter(each => each.spec.get('targetRefs').items.some(isTarget)),
    ...(service.spec.get('selector').exists
      ? []
      : [
          ...cluster.all('Endpoints').filter(each => each.name === service.name),
          ...slicesOf(service, cluster).filter(each => !isPlainSlice(each)),
        ]),
  ];
  const found = others.find(each => each.namespace === service.namespace);
  return (
    found
    && new Unsimulated(
      `${titleOf(found)} changes how the Service ${service.key} is reached, and its kind is not simulated.`,
      REMEDY,
    )
  );
}

/** Routes of the mesh that are not simulated: those for ServiceEntries, and those for connections. */
function foreignRoute(resource: Resource, cluster: Cluster): Unsimulated | undefined {
  const isService = resource.type === Kind.SERVICE;
  const types = isService
    ? [Kind.TCP_ROUTE, Kind.TLS_ROUTE]
    : [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE];
  const route = types
    .flatMap(type => cluster.all(type))
    .find(each =>
      each.spec
        .get('parentRefs')
        .items.some(
          parent =>
            parent.get('kind').text === resource.kind
            && parent.get('name').text === resource.name
            && (parent.get('namespace').text || each.namespace) === resource.namespace,
        ),
    );
  return (
    route
    && new Unsimulated(
      `${titleOf(route)} has the ${resource.kind} ${resource.key} as its parent, which is not simulated.`,
      isService ? 'HTTPRoutes and GRPCRoutes of Services are.' : 'Routes of Services and of Gateways are.',
    )
  );
}
