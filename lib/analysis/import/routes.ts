import { isDeepStrictEqual } from 'node:util';
import { type Cluster, type Field, fullHost, Kind, millisOf, type Resource } from '../../manifests';
import { cardinal, type Code, duration, list, literal, name, object, type Statement } from '../program';
import { declarationsOf } from './rules';
import type { ImportedService } from './services';

/** What the VirtualService of a service becomes. */
export interface ImportedRoutes {
  /** The timeouts and retries of calls of it. */
  readonly policy: Readonly<Record<string, Code>>;
  readonly statements: readonly Statement[];
  /** Routes that the model has no words for: they replace those that it renders. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Why they do. */
  readonly reason?: string;
  readonly from?: Resource;
}

/** The VirtualServices for requests within the mesh, by the service that they are for. */
export function routesOf(
  services: readonly ImportedService[],
  cluster: Cluster,
  isKept: (service: ImportedService) => boolean,
): { readonly routes: ReadonlyMap<ImportedService, ImportedRoutes>; readonly expressed: ReadonlySet<Resource> } {
  const routes = new Map<ImportedService, ImportedRoutes>();
  const expressed = new Set<Resource>();
  for (const resource of cluster.all(Kind.VIRTUAL_SERVICE)) {
    const service = serviceOf(resource, services, cluster);
    if (service && !routes.has(service)) {
      routes.set(service, importedRoutes(service, resource, cluster, isKept));
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
  isKept: (service: ImportedService) => boolean,
): ImportedRoutes {
  const { spec } = resource;
  const others = spec.entries.filter(([field]) => !['hosts', 'gateways'].includes(field));
  const isOfRequests = others.every(([field]) => field === 'http');
  const found = isKept(service)
    ? { reason: 'its traffic would differ' }
    : isOfRequests
      ? declarationsOf(spec.get('http').items, {
          constant: service.constant,
          versionOf: each => versionAt(each, service, resource, cluster),
          policyOf,
        })
      : { reason: 'it has rules for connections' };
  return 'reason' in found
    ? {
        policy: {},
        statements: [],
        spec: Object.fromEntries(others.map(([field, each]) => [field, each.value])),
        reason: `The rules of the VirtualService ${resource.key} as they are: ${found.reason}.`,
        from: resource,
      }
    : { ...found, from: resource };
}

/** The version of a destination: '' for the service as a whole, undefined for none of it. */
function versionAt(
  destination: Field,
  service: ImportedService,
  { namespace }: Resource,
  cluster: Cluster,
): string | undefined {
  const port = destination.get('port', 'number').number;
  const isOwn =
    fullHost(destination.get('host').text, namespace, cluster.clusterDomain) === hostOf(service, cluster.clusterDomain)
    && (port === undefined || (service.ports.length === 1 && service.ports[0]?.number === port));
  const subset = destination.get('subset').text;
  return isOwn ? (subset === '' ? '' : versionOf(subset, service, cluster)) : undefined;
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
