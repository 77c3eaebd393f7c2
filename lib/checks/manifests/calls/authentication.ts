import { type Cluster, type Field, Kind, matchesPattern, type Resource } from '../../../manifests';
import { policiesFor, policiesForPods, policiesNaming } from './grants';
import type { Entry } from './node';

const IDENTITY = /^request\.auth\./;

/** Whether who comes in has to say who he is: at a gateway, or without one at the service itself; by the managed API counts for both. */
export function demandsIdentity(gateway: Resource | undefined, entry: Entry, cluster: Cluster): boolean {
  if (apiDemandsIdentity(cluster)) {
    return true;
  }
  const policies = gateway ? policiesOfGateway(gateway, cluster) : ['ALLOW', 'DENY', 'CUSTOM'].flatMap(action => policiesFor(entry.callee, cluster, action));
  return policies.some(policy => {
    const rules = policy.spec.get('rules').items;
    switch (policy.spec.get('action').text) {
      case 'CUSTOM': return rules.some(rule => concerns(rule, entry));
      case 'DENY': return rules.some(rule => concerns(rule, entry) && rule.get('from').items.some(from => from.get('source', 'notRequestPrincipals').items.length > 0));
      case '':
      case 'ALLOW': {
        const concerned = rules.filter(rule => concerns(rule, entry));
        return concerned.length > 0 && concerned.every(asksIdentity);
      }
      default: return false;
    }
  });
}

function asksIdentity(rule: Field): boolean {
  const from = rule.get('from').items;
  return (from.length > 0 && from.every(each => each.get('source', 'requestPrincipals').items.length > 0)) || rule.get('when').items.some(each => IDENTITY.test(each.get('key').text));
}

/** The policies that a gateway applies to what comes in. */
function policiesOfGateway(gateway: Resource, cluster: Cluster): readonly Resource[] {
  return gateway.type === Kind.GATEWAY
    ? policiesNaming('Gateway', gateway.key, cluster)
    : policiesForPods(cluster.workloads.select(gateway.spec.get('selector').strings), cluster);
}

/** Whether a rule of a policy is for what a route takes, by paths and methods. */
function concerns(rule: Field, entry: Entry): boolean {
  const operations = rule.get('to').items.map(each => each.get('operation'));
  const paths = pathsOf(entry);
  const methods = methodsOf(entry);
  return operations.length === 0 || operations.some(operation => {
    const [allowedPaths, allowedMethods] = ['paths', 'methods'].map(name => operation.get(name).texts);
    return (allowedPaths?.length === 0 || paths.length === 0 || paths.some(path => allowedPaths?.some(pattern => matchesPattern(pattern.replace(/\{\*+\}/g, '*').replace(/\*.*$/, '*'), path) || matchesPattern(`${path}*`, pattern))))
      && (allowedMethods?.length === 0 || methods.length === 0 || methods.some(method => allowedMethods?.includes(method)));
  });
}

function pathsOf({ route, rule }: Entry): string[] {
  return (route.type === Kind.VIRTUAL_SERVICE
    ? rule.get('match').items.map(each => each.get('uri', 'exact').text || each.get('uri', 'prefix').text)
    : rule.get('matches').items.map(each => each.get('path', 'type').text === 'RegularExpression' ? '' : each.get('path', 'value').text)).filter(each => each !== '');
}

function methodsOf({ route, rule }: Entry): string[] {
  return (route.type === Kind.VIRTUAL_SERVICE ? rule.get('match').items.map(each => each.get('method', 'exact').text) : rule.get('matches').items.map(each => each.get('method').text)).filter(each => each !== '');
}

/** Whether every route of the managed APIs has an authorizer. */
function apiDemandsIdentity(cluster: Cluster): boolean {
  const types = [
    ...cluster.all('AWS::ApiGatewayV2::Route').map(each => each.root.get('Properties', 'AuthorizationType').text),
    ...cluster.all('AWS::ApiGateway::Method').filter(each => each.root.get('Properties', 'HttpMethod').text !== 'OPTIONS').map(each => each.root.get('Properties', 'AuthorizationType').text),
  ];
  return types.length > 0 && types.every(each => !['', 'NONE'].includes(each));
}
