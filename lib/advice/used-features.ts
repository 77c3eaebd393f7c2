import { type Cluster, type Field, IDENTITY_FIELDS, Kind, type Resource } from '../manifests';
import { Capability } from '../topology';
import type { MissingInTier } from './advice';
import { annotated, isOfServer, LINKERD_HTTP_ROUTE, usesOfLinkerd } from './used-of-linkerd';

/** A feature that objects of a mesh ask for between services, with the object. */
export interface UsedFeature extends MissingInTier {
  readonly namespace: string;
}

/** What manifests use between services that plain Kubernetes does not have. Settings of gateways are not among them. */
export function usedFeatures(cluster: Cluster): UsedFeature[] {
  return Object.entries(USES).flatMap(([type, featuresOf]) =>
    cluster
      .all(type)
      .filter(each => !isOfGateway(each))
      .flatMap(resource => {
        const path = `${resource.kind} ${resource.key}`;
        return [...new Set(featuresOf(resource))].map(feature => ({ path, namespace: resource.namespace, feature }));
      }),
  );
}

/** What proves the identity of a caller, as certificates of the mesh do. */
export const MUTUAL_TLS = 'mutual TLS';

const USES: { readonly [type: string]: (resource: Resource) => readonly string[] } = {
  [Kind.VIRTUAL_SERVICE]: ({ spec }) => spec.get('http').items.flatMap(rule => featuresOfRule(rule, 'route', 'weight')),
  [Kind.HTTP_ROUTE]: featuresOfRoute,
  [LINKERD_HTTP_ROUTE]: featuresOfRoute,
  [Kind.GRPC_ROUTE]: featuresOfRoute,
  [Kind.DESTINATION_RULE]: ({ spec }) =>
    [spec, ...spec.get('subsets').items]
      .map(each => each.get('trafficPolicy'))
      .flatMap(policy => [
        ...of(
          policy.get('outlierDetection').exists || policy.get('connectionPool').exists,
          Capability.CIRCUIT_BREAKING,
        ),
        ...of(policy.get('loadBalancer').exists, Capability.LOAD_BALANCING),
      ]),
  [Kind.PEER_AUTHENTICATION]: ({ spec }) => of(spec.get('mtls', 'mode').text === 'STRICT', MUTUAL_TLS),
  [Kind.AUTHORIZATION_POLICY]: ({ spec }) =>
    spec.get('rules').items.flatMap(rule => [
      ...rule
        .get('from')
        .items.map(each => each.get('source'))
        .flatMap(source =>
          of(
            IDENTITY_FIELDS.some(each => source.get(each).exists),
            MUTUAL_TLS,
          ),
        ),
      ...rule
        .get('to')
        .items.map(each => each.get('operation'))
        .flatMap(operation =>
          of(
            OPERATIONS.some(each => operation.get(each).exists),
            Capability.OPERATIONS,
          ),
        ),
    ]),
  [Kind.REQUEST_AUTHENTICATION]: () => [Capability.SERVICE_AUTH],
  [Kind.SERVICE_ENTRY]: ({ spec }) => of(spec.get('hosts').texts.length > 0, Capability.EGRESS_BY_HOST),
  [Kind.ENVOY_FILTER]: () => [ENVOY_CONFIGURATION],
  [Kind.WASM_PLUGIN]: () => [Capability.PROXY_EXTENSIONS],
  [Kind.WORKLOAD_ENTRY]: () => [Capability.MACHINES],
  [Kind.WORKLOAD_GROUP]: () => [Capability.MACHINES],
  ...usesOfLinkerd(MUTUAL_TLS),
};

/** What EnvoyFilters change, of sidecars and gateways alone. */
const ENVOY_CONFIGURATION = 'changed configuration of Envoy';
const OPERATIONS = ['methods', 'notMethods', 'paths', 'notPaths', 'hosts', 'notHosts'];

function featuresOfRoute(route: Resource): string[] {
  const rules = route.spec.get('rules').items;
  if (isOfServer(route)) {
    return of(
      rules.some(each => each.get('matches').items.length > 0),
      Capability.OPERATIONS,
    );
  }
  return [
    ...annotated(route.annotations),
    ...rules.flatMap(rule => [
      ...featuresOfRule(rule, 'backendRefs', 'weight'),
      ...of(rule.get('timeouts').exists, Capability.TIMEOUTS),
      ...of(rule.get('retry').exists, Capability.RETRIES),
    ]),
  ];
}

function featuresOfRule(rule: Field, destinations: string, weight: string): string[] {
  const filters = rule.get('filters').items.map(each => each.get('type').text);
  return [
    ...of(rule.get('timeout').exists, Capability.TIMEOUTS),
    ...of((rule.get('retries', 'attempts').number ?? 0) > 0, Capability.RETRIES),
    ...of(rule.get('fault').exists, Capability.FAULTS),
    ...of(rule.get('directResponse').exists, Capability.DIRECT_RESPONSES),
    ...of(
      rule.get('match').items.some(each => each.get('sourceLabels').exists || each.get('sourceNamespace').exists),
      Capability.POLICY_BY_CALLER,
    ),
    ...of(
      rule.get('mirror').exists || rule.get('mirrors').exists || filters.includes('RequestMirror'),
      Capability.MIRRORING,
    ),
    ...of(rule.get('rewrite').exists || filters.includes('URLRewrite'), Capability.REWRITES),
    ...of(
      rule.get('headers').exists || filters.some(each => each.endsWith('HeaderModifier')),
      Capability.HEADER_CHANGES,
    ),
    ...of(rule.get(destinations).items.filter(each => each.get(weight).number !== 0).length > 1, Capability.SPLITS),
    ...of(
      rule.get('match').items.some(each => each.get('headers').exists)
        || rule.get('matches').items.some(each => each.get('headers').exists),
      Capability.HEADER_ROUTES,
    ),
  ];
}

const of = (applies: boolean, feature: string): string[] => (applies ? [feature] : []);

/** Whether an object is for gateways alone, which are there without a mesh too. */
function isOfGateway({ spec }: Resource): boolean {
  const gateways = spec.get('gateways').texts;
  const parents = [...spec.get('parentRefs').items, ...spec.get('targetRefs').items, spec.get('targetRef')].filter(
    each => each.exists,
  );
  const labels = { ...spec.get('selector', 'matchLabels').strings, ...spec.get('workloadSelector', 'labels').strings };
  return (
    (gateways.length > 0 && !gateways.includes('mesh'))
    || (parents.length > 0 && parents.every(each => (each.get('kind').text || 'Gateway') === 'Gateway'))
    || Object.entries(labels).some(label => label.some(each => each.includes('gateway')))
  );
}
