import { type Cluster, type Field, isGranted, Kind, reference, type Resource } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';

/** The implementation that reads routes: Istio for its gateways or its mesh, or the controller of another gateway. */
export enum RouteReader {
  ISTIO_GATEWAY,
  ISTIO_MESH,
  OTHER_GATEWAY,
}

const MODIFIERS = ['RequestHeaderModifier', 'ResponseHeaderModifier'];
const OF_RULES: Readonly<Record<string, readonly string[]>> = {
  [Kind.HTTP_ROUTE]: [...MODIFIERS, 'RequestRedirect', 'RequestMirror', 'URLRewrite', 'CORS'],
  [Kind.GRPC_ROUTE]: [...MODIFIERS, 'RequestMirror'],
};

/**
 * Whether a route is dropped as a whole, since Istio cannot convert one of its rules: for a filter that it does not
 * support at that place, a header value with control characters, a Service that is referenced by its host name, or a
 * mirror of a GRPCRoute that it is not allowed to reference. Throws for such filters at gateways of other controllers.
 * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/gateway-api/
 */
export function isLeftOut(route: Resource, reader: RouteReader, cluster: Cluster): boolean {
  return causeOfDrop(route, reader, cluster) !== undefined;
}

/** The filter or rule for which a route is dropped as a whole. */
export function causeOfDrop(route: Resource, reader: RouteReader, cluster: Cluster): Field | undefined {
  const rules = route.spec.get('rules').items;
  const [first] = rules.flatMap(rule => [
    ...filtersBeyond(rule, OF_RULES[route.type] ?? []),
    ...usedBackends(rule).flatMap(each => filtersBeyond(each, MODIFIERS)),
  ]);
  if (first && reader === RouteReader.OTHER_GATEWAY) {
    throw new Unsimulated(
      `The ${route.kind} ${route.key} has a filter ${first.get('type').text} (${String(first)}), which `
        + 'only the controller of its gateway interprets.',
      'Use a route without it.',
    );
  }
  return reader === RouteReader.OTHER_GATEWAY
    ? undefined
    : (first ?? rules.find(rule => isUnusable(rule, reader, cluster)));
}

/** The backends whose filters matter: those that receive requests. */
function usedBackends(rule: Field): Field[] {
  return rule.get('backendRefs').items.filter(each => each.get('weight').number !== 0);
}

function filtersBeyond(at: Field, supported: readonly string[]): Field[] {
  return at.get('filters').items.filter(each => !supported.includes(each.get('type').text));
}

function isUnusable(rule: Field, reader: RouteReader, cluster: Cluster): boolean {
  const backends = usedBackends(rule);
  const mirrors =
    rule.resource.type === Kind.GRPC_ROUTE
      ? rule
          .get('filters')
          .items.map(each => each.get('requestMirror', 'backendRef'))
          .filter(each => each.exists)
      : [];
  const isNamedByHost = (at: Field) => {
    const to = reference(at, rule.resource, 'Service', '');
    return (
      to.kind === 'Service'
      && to.group === ''
      && to.name.includes('.')
      && (reader === RouteReader.ISTIO_MESH || isGranted(rule.resource, to, cluster))
    );
  };
  return (
    [rule, ...backends].flatMap(each => each.get('filters').items).some(writesControls)
    || backends.some(isNamedByHost)
    || mirrors.some(each => !mayReference(each, rule.resource, reader, cluster))
  );
}

/** Whether a reference is to an existing Service that the route is allowed to reference. */
function mayReference(at: Field, route: Resource, reader: RouteReader, cluster: Cluster): boolean {
  const to = reference(at, route, 'Service', '');
  return (
    to.kind === 'Service'
    && to.group === ''
    && cluster.find(Kind.SERVICE, to.name, to.namespace) !== undefined
    && (reader === RouteReader.ISTIO_MESH || isGranted(route, to, cluster))
  );
}

function writesControls(filter: Field): boolean {
  const written = ['requestHeaderModifier', 'responseHeaderModifier'].flatMap(name =>
    ['set', 'add'].flatMap(way => filter.get(name, way).items),
  );
  return written.some(each => /[\u0000-\u0008\u000A-\u001F\u007F]/.test(each.get('value').text));
}
