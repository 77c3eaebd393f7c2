import { type Cluster, type Field, Kind, operationsOf, protocolOf, routesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { describeMillis } from './durations';
import { CallGraph } from './graph';
import { type Call, Evidence, evidenceOf } from './node';
import { type Terms, termsOf, termsOfRule } from './terms';

export const triesBeyondTimeout: Check = {
  id: 'TriesBeyondTimeout',
  severity: Severity.WARNING,
  covers: [],
  summary: 'The tries of a route need longer than its timeout',
  explanation: 'The timeout is for all tries together. A try that fails by taking its full time leaves the next one less, and the last one may never begin; between tries Envoy waits at least its back-off (25 ms by default).',
  *find(cluster) {
    for (const { at, timeout, retries, perTry, backoff } of allRules(cluster).map(rule => termsOfRule(rule, cluster))) {
      if (timeout === undefined || perTry === undefined || retries === 0) {
        continue;
      }
      const beforeLast = retries * (perTry + backoff);
      const needed = (1 + retries) * perTry;
      if (beforeLast >= timeout) {
        yield problem(at, `If each of ${1 + retries} tries takes ${describeMillis(perTry)}, the timeout of ${describeMillis(timeout)} is over before the last one begins.`,
          `Raise the timeout to ${describeMillis(needed + retries * backoff)}, or lower the number or the time of tries.`);
      } else if (needed > timeout) {
        yield problem(at, `${1 + retries} tries of ${describeMillis(perTry)} need ${describeMillis(needed)}, and the timeout of ${describeMillis(timeout)} cuts the last one short.`,
          `Raise the timeout to ${describeMillis(needed + retries * backoff)}, or lower the time of a try.`);
      }
    }
  },
};

/** What cannot have reached the callee, so that trying again does nothing twice. */
const SAFE = new Set(['connect-failure', 'refused-stream', 'retriable-headers', 'reset-before-request', 'envoy-ratelimited']);
const WRITES = ['POST', 'PATCH'];

export const retriedWrites: Check = {
  id: 'RetriedWrites',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Requests that change something are tried again after the callee may have done them',
  explanation: 'POST and PATCH are not idempotent: a payment is made twice. Istio tries twice more unless told `attempts: 0`, also after 503 and cancelled requests. Only `connect-failure` and `refused-stream` are certain '
    + 'not to have reached the callee. Known by the methods that routes match, and those which AuthorizationPolicies let callers use; gRPC, where everything is POST, is left out.',
  *find(cluster) {
    for (const rule of allRules(cluster).filter(matchesWrites)) {
      yield* unsafe(rule, termsOfRule(rule, cluster), 'The route is for POST or PATCH');
    }
    for (const call of CallGraph.of(cluster).calls.filter(each => !isGrpc(each))) {
      const methods = call.evidence.has(Evidence.GRANT) ? grantedMethods(call, cluster) : [];
      for (const terms of methods.some(each => WRITES.includes(each)) ? termsOf(call, cluster) : []) {
        yield* unsafe(terms.isExplicit ? terms.at : evidenceOf(call), terms, `${call.caller.name} may use ${methods.filter(each => WRITES.includes(each)).join(' and ')} at ${call.callee.name}`);
      }
    }
  },
};

function* unsafe(at: Field, { retries, isExplicit, retryOn }: Terms, what: string): Iterable<Problem> {
  const risky = retryOn.filter(each => !SAFE.has(each));
  if (retries > 0 && risky.length > 0) {
    const where = at.get('retries').exists ? at.get('retries') : at.get('retry').exists ? at.get('retry') : at;
    yield problem(where, `${what}, and failed requests are tried ${retries} more times${isExplicit ? '' : ', as Istio does by itself'}, also after ${risky.join(', ')}.`,
      'Set `retries: { attempts: 0 }`, or `retryOn: connect-failure,refused-stream`.');
  }
}

function allRules(cluster: Cluster): Field[] {
  return [...cluster.all(Kind.VIRTUAL_SERVICE).flatMap(each => each.spec.get('http').items), ...routesOf(cluster).filter(each => [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE].some(type => type === each.type))
    .flatMap(each => each.spec.get('rules').items)].filter(each => !each.get('delegate').exists && !each.get('redirect').exists && !each.get('directResponse').exists);
}

function matchesWrites(rule: Field): boolean {
  const isVirtualService = rule.resource.type === Kind.VIRTUAL_SERVICE;
  const field = isVirtualService ? 'match' : 'matches';
  return rule.resource.type !== Kind.GRPC_ROUTE && rule.get(field).items.some(match => WRITES.includes((isVirtualService ? match.get('method', 'exact') : match.get('method')).text)
    && !/^\/[\w.]+\.[\w]+\/\w+$/.test((isVirtualService ? match.get('uri', 'exact') : match.get('path', 'value')).text));
}

function isGrpc({ service, ports }: Call): boolean {
  const called = service.spec.get('ports').items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0));
  return called.length > 0 && called.every(each => ['grpc', 'grpc-web', 'tcp', 'mongo', 'mysql', 'redis', 'tls', 'https', 'udp'].includes(protocolOf(each) ?? ''));
}

function grantedMethods(call: Call, cluster: Cluster): string[] {
  const principal = call.evidence.get(Evidence.GRANT);
  const policy = principal && cluster.find(Kind.AUTHORIZATION_POLICY, principal.resource.name, principal.resource.namespace);
  const rule = policy?.spec.get('rules').items[Number(principal?.path[2])];
  return policy && rule ? operationsOf(policy).filter(each => each.path[2] === rule.path[2]).flatMap(each => each.get('methods').texts) : [];
}
