import { type Cluster, type Field, Kind, matchesPattern, type Resource } from '../../../manifests';
import { policiesFor, policiesForPods, policiesNaming } from './grants';
import type { Entry } from './node';

const IDENTITY = /^request\.auth\./;
/** What of Envoy Gateway's SecurityPolicy asks who somebody is. */
const OF_ENVOY_GATEWAY = ['jwt', 'oidc', 'basicAuth', 'apiKeyAuth', 'extAuth'];
/** By which controllers for Ingresses are told to ask. */
const OF_INGRESS = /\/auth-(url|secret|signin|tls-secret|type)$/;

/** Whether who comes in has to say who he is: at a gateway, or without one at the service itself; by the managed API counts for both. */
export function demandsIdentity(gateway: Resource | undefined, entry: Entry, cluster: Cluster): boolean {
  if (apiDemandsIdentity(cluster)) {
    return true;
  }
  const policies = gateway ? policiesOfGateway(gateway, cluster) : ['ALLOW', 'DENY', 'CUSTOM'].flatMap(action => policiesFor(entry.callee, cluster, action));
  return policies.some(policy => policyDemands(policy, entry)) || (gateway !== undefined && (gateway.type === Kind.INGRESS ? Object.keys(gateway.annotations).some(each => OF_INGRESS.test(each)) : isSecured(gateway, entry, cluster)));
}

function policyDemands(policy: Resource, entry: Entry): boolean {
  const rules = rulesOf(policy);
  switch (policy.spec.get('action').text) {
    case 'CUSTOM': return rules.some(rule => concerns(rule, entry));
    case 'DENY': return rules.some(rule => rule.refusesStrangers && concerns(rule, entry));
    case '':
    case 'ALLOW': {
      const concerned = rules.filter(rule => concerns(rule, entry));
      return concerned.length > 0 && concerned.every(each => each.asksIdentity);
    }
    default: return false;
  }
}

/** What a rule of a policy says that matters here: read once, for a gateway may have thousands of routes. */
interface Rule {
  readonly asksIdentity: boolean;
  readonly refusesStrangers: boolean;
  readonly operations: readonly { readonly methods: readonly string[]; readonly paths: readonly { readonly pattern: string; readonly start: string }[] }[];
}

const RULES = new WeakMap<Resource, readonly Rule[]>();

function rulesOf(policy: Resource): readonly Rule[] {
  const known = RULES.get(policy) ?? policy.spec.get('rules').items.map(ruleOf);
  RULES.set(policy, known);
  return known;
}

function ruleOf(rule: Field): Rule {
  const sources = rule.get('from').items.map(each => each.get('source'));
  return {
    asksIdentity: (sources.length > 0 && sources.every(each => each.get('requestPrincipals').items.length > 0)) || rule.get('when').items.some(each => IDENTITY.test(each.get('key').text)),
    refusesStrangers: sources.some(each => each.get('notRequestPrincipals').items.length > 0),
    operations: rule.get('to').items.map(each => each.get('operation')).map(operation => ({
      methods: operation.get('methods').texts,
      paths: operation.get('paths').texts.map(pattern => ({ pattern, start: pattern.replace(/\{\*+\}/g, '*').replace(/\*.*$/, '*') })),
    })),
  };
}

/** The policies that a gateway applies to what comes in. */
function policiesOfGateway(gateway: Resource, cluster: Cluster): readonly Resource[] {
  switch (gateway.type) {
    case Kind.GATEWAY: return policiesNaming('Gateway', gateway.key, cluster);
    case Kind.ISTIO_GATEWAY: return policiesForPods(cluster.workloads.select(gateway.spec.get('selector').strings), cluster);
    default: return [];
  }
}

/** Whether a SecurityPolicy of Envoy Gateway is for the Gateway or the route. */
function isSecured(gateway: Resource, { route }: Entry, cluster: Cluster): boolean {
  return cluster.all(Kind.SECURITY_POLICY).some(({ namespace, spec }) => OF_ENVOY_GATEWAY.some(name => spec.get(name).exists)
    && [spec.get('targetRef'), ...spec.get('targetRefs').items].some(target => [gateway, route].some(each => each.namespace === namespace && each.kind === target.get('kind').text && each.name === target.get('name').text)));
}

/** Whether a rule of a policy is for what a route takes, by paths and methods. */
function concerns({ operations }: Rule, entry: Entry): boolean {
  if (operations.length === 0) {
    return true;
  }
  const [taken, used] = [pathsOf(entry), methodsOf(entry)];
  return operations.some(({ paths, methods }) =>
    (paths.length === 0 || taken.length === 0 || taken.some(path => paths.some(({ pattern, start }) => matchesPattern(start, path) || matchesPattern(`${path}*`, pattern))))
      && (methods.length === 0 || used.length === 0 || used.some(method => methods.includes(method))));
}

const PATHS = new WeakMap<Entry, string[]>();

function pathsOf(entry: Entry): string[] {
  const known = PATHS.get(entry) ?? readPaths(entry);
  PATHS.set(entry, known);
  return known;
}

function readPaths({ route, rule }: Entry): string[] {
  switch (route.type) {
    case Kind.VIRTUAL_SERVICE: return rule.get('match').items.map(each => each.get('uri', 'exact').text || each.get('uri', 'prefix').text).filter(each => each !== '');
    case Kind.INGRESS: return [rule.get('path').text].filter(each => each !== '');
    case Kind.GRPC_ROUTE: return rule.get('matches').items.map(each => each.get('method')).filter(each => each.get('service').text !== '').map(each => `/${each.get('service').text}/${each.get('method').text}`);
    default: return rule.get('matches').items.map(each => each.get('path', 'type').text === 'RegularExpression' ? '' : each.get('path', 'value').text).filter(each => each !== '');
  }
}

function methodsOf({ route, rule }: Entry): string[] {
  return (route.type === Kind.VIRTUAL_SERVICE ? rule.get('match').items.map(each => each.get('method', 'exact').text) : rule.get('matches').items.map(each => each.get('method').text)).filter(each => each !== '');
}

const BY_API = new WeakMap<Cluster, boolean>();

/** Whether every route of the managed APIs has an authorizer. */
function apiDemandsIdentity(cluster: Cluster): boolean {
  let known = BY_API.get(cluster);
  if (known === undefined) {
    const types = [
      ...cluster.all('AWS::ApiGatewayV2::Route').map(each => each.root.get('Properties', 'AuthorizationType').text),
      ...cluster.all('AWS::ApiGateway::Method').filter(each => each.root.get('Properties', 'HttpMethod').text !== 'OPTIONS').map(each => each.root.get('Properties', 'AuthorizationType').text),
    ];
    known = types.length > 0 && types.every(each => !['', 'NONE'].includes(each));
    BY_API.set(cluster, known);
  }
  return known;
}
