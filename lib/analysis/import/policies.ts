import { type Cluster, type Field, hasLabels, Kind, type Resource, selects } from '../../manifests';
import { call, cardinal, type Code, exported, list, literal, name, type Statement } from '../program';
import type { ImportedCall } from './calls';
import { pruned } from './patches';
import { namespaceIn } from './rest';
import type { ImportedService } from './services';

/** What policies become: the operations of calls, or the rules of a rendered policy. */
export interface ImportedPolicies {
  /** Objects that the calls and the default deny of the model stand for. */
  readonly expressed: ReadonlySet<Resource>;
  /** The operations that a call is limited to; undefined for all. */
  readonly operationsOf: (call: ImportedCall) => Code | undefined;
  /** Rules that the model has no words for. */
  readonly statements: readonly Statement[];
}

export function policiesOf(
  services: readonly ImportedService[],
  calls: readonly ImportedCall[],
  cluster: Cluster,
): ImportedPolicies {
  const expressed = new Set<Resource>();
  const operations = new Map<ImportedCall, Code>();
  const statements: Statement[] = [];
  const namespaces = new Set(services.map(each => each.namespace));
  for (const service of services) {
    const policies = allowPolicies(service, cluster);
    const conditional = calls.filter(each => each.callee === service && each.isConditional);
    policies.forEach(each => expressed.add(each));
    const translated = conditional.map(each => [each, operationsFor(each, policies)] as const);
    if (translated.every(([, found]) => found !== undefined)) {
      translated.forEach(([each, found]) => found && operations.set(each, found));
    } else if (policies.length > 0) {
      statements.push(rulesStatement(service, namespaceIn(services, service.namespace), policies));
    }
  }
  const ofNamespaces = [
    ...cluster.all(Kind.AUTHORIZATION_POLICY).filter(allowsNothing),
    ...cluster.all(Kind.PEER_AUTHENTICATION).filter(each => !each.spec.get('selector').exists),
    ...cluster.all(Kind.SIDECAR),
    ...cluster.all(Kind.NETWORK_POLICY).filter(each => isExpressible(each, services, cluster)),
  ];
  ofNamespaces.filter(each => namespaces.has(each.namespace)).forEach(each => expressed.add(each));
  return { expressed, operationsOf: each => operations.get(each), statements };
}

function allowsNothing({ spec }: Resource): boolean {
  return isAllow(spec) && spec.get('rules').items.length === 0 && !spec.get('selector').exists;
}

function isAllow(spec: Field): boolean {
  return (
    ['', 'ALLOW'].includes(spec.get('action').text) && !['targetRef', 'targetRefs'].some(each => spec.get(each).exists)
  );
}

/** The ALLOW policies for the workloads of a service; those for whole namespaces with rules too. */
function allowPolicies(service: ImportedService, cluster: Cluster): readonly Resource[] {
  return cluster
    .all(Kind.AUTHORIZATION_POLICY)
    .filter(
      ({ spec, namespace }) =>
        isAllow(spec)
        && spec.get('rules').items.length > 0
        && namespace === service.namespace
        && service.versions.every(({ workload }) =>
          hasLabels(workload.labels, spec.get('selector', 'matchLabels').strings),
        ),
    );
}

function rulesStatement(
  { name: title }: ImportedService,
  namespace: Code | undefined,
  policies: readonly Resource[],
): Statement {
  const rules = policies.flatMap(each => each.spec.get('rules').items.map(rule => pruned(rule.value)));
  return {
    comment: [`The rules of ${policies.map(each => `AuthorizationPolicy ${each.key}`).join(', ')} as they are.`],
    code: call(
      call(name('chart'), 'object', literal('AuthorizationPolicy'), literal(title), namespace),
      'addJsonPatch',
      call(exported('cdk8s', 'JsonPatch'), 'replace', literal('/spec/rules'), literal(rules)),
    ),
  };
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The operations that rules allow a caller; undefined if the model has no words for one of them. */
function operationsFor({ caller, port }: ImportedCall, policies: readonly Resource[]): Code | undefined {
  const accounts = new Set(
    caller.versions.map(({ workload }) => `cluster.local/ns/${workload.namespace}/sa/${workload.serviceAccount}`),
  );
  const found = new Set<string>();
  for (const rule of policies.flatMap(each => each.spec.get('rules').items)) {
    const sources = rule.get('from').items.map(each => each.get('source'));
    const isPlain =
      !rule.get('when').exists
      && sources.every(each => each.entries.every(([field]) => ['principals', 'namespaces'].includes(field)))
      && sources.every(each => each.get('principals').exists !== each.get('namespaces').exists)
      && !sources.some(each =>
        [...each.get('principals').texts, ...each.get('namespaces').texts].some(text => text.includes('*')),
      );
    if (!isPlain) {
      return undefined;
    }
    const isForCaller =
      sources.length === 0
      || sources.some(
        each =>
          each.get('principals').texts.some(text => accounts.has(text))
          || each.get('namespaces').texts.includes(caller.namespace),
      );
    const operations = rule.get('to').items.map(each => each.get('operation'));
    if (isForCaller) {
      const texts = operations.map(each => textsOf(each, port.target));
      if (operations.length === 0 || texts.includes(undefined)) {
        return undefined;
      }
      texts.flatMap(each => each ?? []).forEach(each => found.add(each));
    }
  }
  return found.size > 0 ? list([...found].map(each => call(cardinal('Operation'), 'http', literal(each)))) : undefined;
}

function textsOf(operation: Field, port: number): string[] | undefined {
  const ports = operation.get('ports').texts;
  const [paths, methods] = [operation.get('paths').texts, operation.get('methods').texts];
  const isPlain = operation.entries.every(([field]) => ['paths', 'methods', 'ports'].includes(field));
  const areKnown =
    methods.every(each => METHODS.includes(each))
    && paths.length > 0
    && paths.every(each => /^\/[\w./~-]*(\/\*)?$/.test(each));
  return !isPlain || !areKnown
    ? undefined
    : ports.length > 0 && !ports.includes(String(port))
      ? []
      : (methods.length === 0 ? ['ANY'] : methods).flatMap(method => paths.map(path => `${method} ${path}`));
}

/** Whether the peers of a NetworkPolicy are services of the model: others are kept, since policies add up. */
function isExpressible({ spec, namespace }: Resource, services: readonly ImportedService[], cluster: Cluster): boolean {
  const isKnown = (peer: Field): boolean =>
    !peer.get('ipBlock').exists
    && services.some(service =>
      service.versions.some(
        ({ workload }) =>
          selects(peer.get('podSelector'), workload.labels)
          && (peer.get('namespaceSelector').exists
            ? selects(peer.get('namespaceSelector'), cluster.namespaceLabels(workload.namespace))
            : workload.namespace === namespace),
      ),
    );
  return (['from', 'to'] as const).every((field, index) =>
    spec
      .get(index === 0 ? 'ingress' : 'egress')
      .items.every(rule => rule.get(field).items.length > 0 && rule.get(field).items.every(isKnown)),
  );
}
