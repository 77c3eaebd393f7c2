import { httpRulesOf, MESH, VirtualServices } from '../../../dataplane';
import {
  addTo,
  type Cluster,
  type Field,
  fullHost,
  hasLabels,
  Kind,
  type Labels,
  labelKeys,
  memo,
  parentsOf,
  type Resource,
  routesOf,
  type Workload,
} from '../../../manifests';
import { delegatingTo } from '../routing/rules';
import type { Call } from './node';

/** The rules of VirtualServices and routes that may apply to a call. */
export function rulesFor(call: Call, cluster: Cluster): Field[] {
  const { caller, service, ports } = call;
  const name = fullHost(service.name, service.namespace, cluster.clusterDomain);
  const applying = { namespace: caller.namespace, gateways: [MESH] };
  const virtualService = VirtualServices.of(cluster).forHost(applying, name);
  const rules = virtualService ? CallerRules.of(virtualService, cluster).candidates(caller.workloads) : [];
  return [
    ...withoutShadowed(
      rules.filter(rule => isFor(rule, call)),
      call,
    ),
    ...(routesByService(cluster).get(service.key) ?? [])
      .filter(({ port }) => port === undefined || ports.size === 0 || ports.has(port))
      .flatMap(({ route }) => route.spec.get('rules').items),
  ].filter(forwards);
}

/** The rules of all VirtualServices and routes that forward requests. */
export function forwardingRules(cluster: Cluster): Field[] {
  return [
    ...cluster
      .all(Kind.VIRTUAL_SERVICE)
      .filter(each => !delegatingTo(cluster).has(each))
      .flatMap(each => httpRulesOf(each, cluster)),
    ...[Kind.HTTP_ROUTE, Kind.GRPC_ROUTE]
      .flatMap(type => cluster.all(type))
      .flatMap(each => each.spec.get('rules').items),
  ].filter(forwards);
}

/** Whether a rule forwards requests, rather than responding directly. */
function forwards(rule: Field): boolean {
  return (
    !['redirect', 'directResponse'].some(name => rule.get(name).exists)
    && !rule.get('filters').items.some(each => each.get('type').text === 'RequestRedirect')
  );
}

/**
 * The rules of a VirtualService, indexed by the first label that they require of the caller, so that a caller is
 * compared with few of them.
 */
class CallerRules {
  static readonly of = memo(
    (virtualService: Resource, cluster: Cluster) => new CallerRules(httpRulesOf(virtualService, cluster)),
  );

  private readonly byLabel = new Map<string, number[]>();

  private constructor(private readonly rules: readonly Field[]) {
    for (const [index, rule] of this.rules.entries()) {
      const matches = rule.get('match').items;
      for (const labels of matches.length === 0 ? [{}] : matches.map(match => match.get('sourceLabels').strings)) {
        const [label = ''] = labelKeys(labels);
        addTo(this.byLabel, label, index);
      }
    }
  }

  candidates(workloads: readonly Workload[]): Field[] {
    const labels = new Set(['', ...workloads.flatMap(each => labelKeys(each.labels))]);
    const indexes = new Set([...labels].flatMap(label => this.byLabel.get(label) ?? []));
    return [...indexes].sort((a, b) => a - b).flatMap(index => this.rules[index] ?? []);
  }
}

/** The routes whose parents are Services, by the Service. */
const routesByService = memo((cluster: Cluster) => {
  const byService = new Map<string, { route: Resource; port?: number }[]>();
  for (const route of routesOf(cluster)) {
    for (const { at, name, namespace } of parentsOf(route).filter(each => each.kind === 'Service')) {
      addTo(byService, `${namespace}/${name}`, { route, port: at.get('port').number });
    }
  }
  return byService;
});

function isFor(rule: Field, call: Call): boolean {
  const matches = rule.get('match').items;
  return (
    matches.length === 0
    || matches.some(
      match =>
        appliesTo(match, call) && labelsOf(call).some(labels => hasLabels(labels, match.get('sourceLabels').strings)),
    )
  );
}

function appliesTo(match: Field, { caller, ports }: Call): boolean {
  const port = match.get('port').number;
  return (
    (port === undefined || ports.size === 0 || ports.has(port))
    && ['', caller.namespace].includes(match.get('sourceNamespace').text)
    && (match.get('gateways').items.length === 0 || match.get('gateways').texts.includes('mesh'))
  );
}

const CONDITIONS = ['uri', 'headers', 'withoutHeaders', 'method', 'authority', 'queryParams', 'scheme'];

/** The rules that are not hidden by an earlier rule that matches all requests of the caller to their ports. */
function withoutShadowed(rules: readonly Field[], call: Call): Field[] {
  const taken = new Set<number>();
  let isOver = false;
  return rules.filter(rule => {
    const matches = rule.get('match').items;
    const ports = matches.length > 0 ? matches.map(match => match.get('port').number) : [undefined];
    const isShadowed =
      isOver
      || ports.every(port =>
        port === undefined ? call.ports.size > 0 && [...call.ports].every(each => taken.has(each)) : taken.has(port),
      );
    const whole = matches.filter(
      match =>
        appliesTo(match, call)
        && !CONDITIONS.some(name => match.get(name).exists)
        && labelsOf(call).every(labels => hasLabels(labels, match.get('sourceLabels').strings)),
    );
    whole.flatMap(match => match.get('port').number ?? []).forEach(port => taken.add(port));
    isOver ||= matches.length === 0 || whole.some(match => match.get('port').number === undefined);
    return !isShadowed;
  });
}

function labelsOf({ caller }: Call): Labels[] {
  return caller.workloads.map(each => each.labels);
}
