import { isDeepStrictEqual } from 'node:util';
import { type Cluster, type Field, fullHost, Kind, millisOf, type Resource } from '../../manifests';
import { call, cardinal, type Code, duration, list, literal, name, object, type Statement } from './code';
import type { ImportedService } from './services';

/** What the VirtualService of a service becomes. */
export interface ImportedRoutes {
  /** The timeouts and retries of calls of it. */
  readonly policy: Readonly<Record<string, Code>>;
  readonly statements: readonly Statement[];
  /** Routes that the model has no words for: they replace those that it renders. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly from?: Resource;
}

/** The VirtualServices for requests within the mesh, by the service that they are for. */
export function routesOf(
  services: readonly ImportedService[],
  existing: ReadonlySet<ImportedService>,
  cluster: Cluster,
): { readonly routes: ReadonlyMap<ImportedService, ImportedRoutes>; readonly expressed: ReadonlySet<Resource> } {
  const routes = new Map<ImportedService, ImportedRoutes>();
  const expressed = new Set<Resource>();
  for (const resource of cluster.all(Kind.VIRTUAL_SERVICE)) {
    const service = serviceOf(resource, services, cluster);
    if (service && !routes.has(service)) {
      routes.set(service, importedRoutes(service, resource, cluster, existing.has(service)));
      expressed.add(resource);
    }
  }
  return { routes, expressed };
}

/** The service of a VirtualService with one host, for the mesh alone. */
function serviceOf(
  { spec, namespace }: Resource,
  services: readonly ImportedService[],
  { clusterDomain }: Cluster,
): ImportedService | undefined {
  const [host, ...others] = spec.get('hosts').texts;
  const gateways = spec.get('gateways').texts;
  const isForMesh = gateways.length === 0 || gateways.every(each => each === 'mesh');
  return host !== undefined && others.length === 0 && isForMesh && !spec.get('exportTo').exists
    ? services.find(each => hostOf(each, clusterDomain) === fullHost(host, namespace, clusterDomain))
    : undefined;
}

export function hostOf({ name: title, namespace }: ImportedService, clusterDomain: string): string {
  return fullHost(title, namespace, clusterDomain);
}

function importedRoutes(
  service: ImportedService,
  resource: Resource,
  cluster: Cluster,
  isExisting: boolean,
): ImportedRoutes {
  const { spec } = resource;
  const [rule, ...others] = spec.get('http').items;
  const isAlone = rule && others.length === 0 && !spec.get('tcp').exists && !spec.get('tls').exists;
  const split = isAlone && !isExisting ? splitOf(service, rule, resource, cluster) : undefined;
  const known = ['name', 'route', 'timeout', 'retries'];
  const policy = rule ? policyOf(rule) : undefined;
  if (!isAlone || split === undefined || !policy || rule.entries.some(([field]) => !known.includes(field))) {
    const kept = spec.entries.filter(([field]) => !['hosts', 'gateways'].includes(field));
    const replaced = Object.fromEntries(kept.map(([field, each]) => [field, each.value]));
    return { policy: {}, statements: [], spec: replaced, from: resource };
  }
  const code = split === 'all' ? [] : [{ code: call(name(service.constant), 'split', split) }];
  return { policy, statements: code, from: resource };
}

/** The shares of versions, or 'all' where requests go to the service as a whole. */
function splitOf(
  service: ImportedService,
  rule: Field,
  resource: Resource,
  cluster: Cluster,
): Code | 'all' | undefined {
  const targets = rule.get('route').items;
  const host = hostOf(service, cluster.clusterDomain);
  const areOwn = targets.every(each => {
    const destination = each.get('destination');
    const port = destination.get('port', 'number').number;
    return (
      fullHost(destination.get('host').text, resource.namespace, cluster.clusterDomain) === host
      && !each.get('headers').exists
      && (port === undefined || (service.ports.length === 1 && service.ports[0]?.number === port))
    );
  });
  if (!areOwn || targets.length === 0) {
    return undefined;
  }
  const subsets = targets.map(each => each.get('destination', 'subset').text);
  if (subsets.every(each => each === '')) {
    return targets.length === 1 ? 'all' : undefined;
  }
  const weights = targets.map(each => each.get('weight').number ?? (targets.length === 1 ? 100 : 0));
  const versions = subsets.map(each => versionOf(each, service, cluster));
  const areKnown = versions.every(each => each !== undefined) && new Set(versions).size === versions.length;
  return areKnown
    ? object(Object.fromEntries(versions.map((version, index) => [version ?? '', literal(weights[index] ?? 0)])))
    : undefined;
}

/** The version that a subset selects by the label `version` alone. */
function versionOf(subset: string, service: ImportedService, cluster: Cluster): string | undefined {
  const rules = destinationRulesFor(service, cluster);
  const labels = rules
    .flatMap(each => each.spec.get('subsets').items)
    .find(each => each.get('name').text === subset)
    ?.get('labels').strings;
  return service.versions.find(
    ({ name: version, workload }) =>
      isDeepStrictEqual({ ...labels }, { version: workload.labels.version }) && workload.labels.version === version,
  )?.name;
}

/** The DestinationRules for the host of a service. */
export function destinationRulesFor(service: ImportedService, cluster: Cluster): readonly Resource[] {
  return cluster
    .all(Kind.DESTINATION_RULE)
    .filter(
      ({ spec, namespace }) =>
        fullHost(spec.get('host').text, namespace, cluster.clusterDomain) === hostOf(service, cluster.clusterDomain),
    );
}

/** Timeout and retries; those without retries have the two of Istio. Undefined for conditions that the model lacks. */
function policyOf(rule: Field): Readonly<Record<string, Code>> | undefined {
  const timeout = rule.get('timeout').text;
  const retries = rule.get('retries');
  const attempts = retries.get('attempts').number;
  const conditions = retries
    .get('retryOn')
    .text.split(',')
    .filter(each => each !== '');
  const failures = conditions.map(each => FAILURES[each.trim()]);
  const known = ['attempts', 'perTryTimeout', 'retryOn'];
  if (failures.some(each => each === undefined) || retries.entries.some(([field]) => !known.includes(field))) {
    return undefined;
  }
  const perTry = retries.get('perTryTimeout').text;
  const on = retryOn(conditions.length > 0 ? failures.map(each => each ?? '') : DEFAULT_FAILURES);
  return {
    ...(timeout === '' || millisOf(timeout) === 0 ? {} : { timeout: time(timeout) }),
    retries: !retries.exists
      ? name(DEFAULT_RETRIES)
      : object({
          attempts: literal(attempts ?? 2),
          perTryTimeout: perTry === '' ? undefined : time(perTry),
          on: attempts === 0 ? undefined : on,
        }),
  };
}

const FAILURES: Readonly<Record<string, string>> = {
  'connect-failure': 'CONNECT_FAILURE',
  'refused-stream': 'REFUSED_STREAM',
  reset: 'RESET',
  'gateway-error': 'GATEWAY_ERROR',
  '5xx': 'SERVER_ERROR',
  'retriable-4xx': 'CONFLICT',
  cancelled: 'CANCELLED',
  'deadline-exceeded': 'DEADLINE_EXCEEDED',
  'resource-exhausted': 'RESOURCE_EXHAUSTED',
  unavailable: 'UNAVAILABLE',
};

const DEFAULT_FAILURES = ['CONNECT_FAILURE', 'REFUSED_STREAM', 'UNAVAILABLE', 'CANCELLED'];
/** The constant of the retries that Istio adds where a VirtualService has none. */
export const DEFAULT_RETRIES = 'retries';

/** The retries of Istio for calls whose VirtualService has none, or that have none. */
export function defaultRetries(): Statement {
  return {
    declares: DEFAULT_RETRIES,
    code: object({ attempts: literal(2), on: retryOn(DEFAULT_FAILURES) }),
    comment: [
      'Istio retries requests twice where no VirtualService has another number. Delete it for calls whose operations '
        + 'are not safe to repeat.',
    ],
    isApart: true,
  };
}

function retryOn(failures: readonly string[]): Code {
  return list(failures.map(each => ({ is: 'member', of: cardinal('RetryOn'), name: each })));
}

/** A time such as `1.5s`. */
function time(text: string): Code {
  return duration(millisOf(text) ?? 0);
}
