import { type Cluster, type Field, fullHost, hasLabels, Kind, parentsOf, type Resource, routesOf } from '../../../manifests';
import { isForMesh } from '../routing/destinations';
import { millisOf } from './durations';
import type { Call, Entry } from './node';

/** Under what terms requests are sent. */
export interface Terms {
  /** The rule of the route, or what stands for the call where there is none. */
  readonly at: Field;
  /** In milliseconds; undefined if nobody sets one. */
  readonly timeout?: number;
  /** How often a failed request is tried again. */
  readonly retries: number;
  /** Whether the number of retries is written down, and not Istio's own. */
  readonly isExplicit: boolean;
  /** The longest of one try, in milliseconds. */
  readonly perTry?: number;
  /** The least pause before a further try, in milliseconds. */
  readonly backoff: number;
  /** What is tried again. */
  readonly retryOn: readonly string[];
}

/** What Istio tries again where nothing is said. */
const RETRY_ON = ['connect-failure', 'refused-stream', 'unavailable', 'cancelled', 'retriable-status-codes'];
const BACKOFF = 25;

/** The terms of a call: one for each rule that may apply to it. */
export function termsOf(call: Call, cluster: Cluster): Terms[] {
  const rules = rulesFor(call, cluster);
  return rules.length > 0 ? rules.map(rule => termsOfRule(rule, cluster)) : [implicit(call.service.spec, cluster)];
}

/** The terms of a way in. */
export function termsOfEntry(entry: Entry, cluster: Cluster): Terms {
  return entry.route.type === Kind.INGRESS ? implicit(entry.rule, cluster) : termsOfRule(entry.rule, cluster);
}

/** The terms of a rule of a VirtualService or of a route of the Gateway API. */
export function termsOfRule(rule: Field, cluster: Cluster): Terms {
  return rule.resource.type === Kind.VIRTUAL_SERVICE ? ofVirtualService(rule, cluster) : ofRoute(rule, cluster);
}

function ofVirtualService(rule: Field, cluster: Cluster): Terms {
  const retries = rule.get('retries');
  return {
    at: rule,
    timeout: positive(millisOf(rule.get('timeout').text)),
    retries: retries.exists ? retries.get('attempts').number ?? 0 : cluster.mesh.defaultRetries,
    isExplicit: retries.exists,
    perTry: positive(millisOf(retries.get('perTryTimeout').text)),
    backoff: millisOf(retries.get('backoff').text) ?? BACKOFF,
    retryOn: retries.get('retryOn').text === '' ? RETRY_ON : retries.get('retryOn').text.split(',').map(each => each.trim()),
  };
}

function ofRoute(rule: Field, cluster: Cluster): Terms {
  const retry = rule.get('retry');
  return {
    at: rule,
    timeout: positive(millisOf(rule.get('timeouts', 'request').text)) ?? (retry.exists ? undefined : positive(millisOf(rule.get('timeouts', 'backendRequest').text))),
    retries: retry.exists ? retry.get('attempts').number ?? 1 : cluster.mesh.defaultRetries,
    isExplicit: retry.exists,
    perTry: positive(millisOf(rule.get('timeouts', 'backendRequest').text)),
    backoff: millisOf(retry.get('backoff').text) ?? BACKOFF,
    retryOn: retry.get('codes').items.length > 0 ? retry.get('codes').texts : RETRY_ON,
  };
}

function implicit(at: Field, cluster: Cluster): Terms {
  return { at, retries: cluster.mesh.defaultRetries, isExplicit: false, backoff: BACKOFF, retryOn: RETRY_ON };
}

function positive(millis: number | undefined): number | undefined {
  return millis === 0 ? undefined : millis;
}

interface Routes {
  readonly virtualServices: ReadonlyMap<string, Resource>;
  readonly routes: ReadonlyMap<string, readonly Resource[]>;
}

const ROUTES = new WeakMap<Cluster, Routes>();

/** The routes for traffic between workloads, by what they are for. */
function routesBetween(cluster: Cluster): Routes {
  const known = ROUTES.get(cluster);
  if (known) {
    return known;
  }
  const virtualServices = new Map<string, Resource>();
  for (const each of cluster.all(Kind.VIRTUAL_SERVICE).filter(isForMesh)) {
    each.spec.get('hosts').texts.forEach(host => virtualServices.set(fullHost(host, each.namespace, cluster.clusterDomain), each));
  }
  const routes = new Map<string, Resource[]>();
  for (const route of routesOf(cluster)) {
    for (const { name, namespace } of parentsOf(route).filter(each => each.kind === 'Service')) {
      routes.set(`${namespace}/${name}`, [...routes.get(`${namespace}/${name}`) ?? [], route]);
    }
  }
  const result = { virtualServices, routes };
  ROUTES.set(cluster, result);
  return result;
}

function rulesFor({ caller, service, ports }: Call, cluster: Cluster): Field[] {
  const { virtualServices, routes } = routesBetween(cluster);
  const virtualService = virtualServices.get(fullHost(service.name, service.namespace, cluster.clusterDomain));
  const labels = caller.workloads.map(each => each.labels);
  return [
    ...virtualService?.spec.get('http').items.filter(rule => rule.get('match').items.length === 0 || rule.get('match').items.some(match =>
      (match.get('port').number === undefined || ports.size === 0 || ports.has(match.get('port').number ?? 0))
      && ['', caller.namespace].includes(match.get('sourceNamespace').text)
      && (match.get('gateways').items.length === 0 || match.get('gateways').texts.includes('mesh'))
      && labels.some(each => hasLabels(each, match.get('sourceLabels').strings)))) ?? [],
    ...(routes.get(service.key) ?? []).flatMap(route => route.spec.get('rules').items),
  ].filter((rule, index, all) => !isShadowed(rule, all.slice(0, index)));
}

/** Whether a rule before it takes all that these callers send to the port. */
function isShadowed(rule: Field, before: readonly Field[]): boolean {
  return before.some(each => each.resource === rule.resource && each.resource.type === Kind.VIRTUAL_SERVICE
    && each.get('match').items.every(match => !['uri', 'headers', 'withoutHeaders', 'method', 'authority', 'queryParams', 'scheme'].some(name => match.get(name).exists))
    && samePorts(each, rule));
}

function samePorts(one: Field, other: Field): boolean {
  const [first, second] = [one, other].map(rule => rule.get('match').items.flatMap(match => match.get('port').number ?? []));
  return first?.length === 0 || (second ?? []).every(port => first?.includes(port));
}
