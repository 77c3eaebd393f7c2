import assert from 'node:assert/strict';
import { claim, NIGHTLY } from '../claims';
import { ConformanceClient } from '../suites/conformance-client';
import { GATEWAY_API, runGatewayApi, runGatewayApiWith } from '../suites/gateway-api';
import { Simulation } from '../suites/question';
import type { Verdict } from '../suites/verdicts';

/** Tests of the conformance suite, besides those in which Istio differs. */
const SAMPLE = ['HTTPRouteMatching', 'HTTPRouteHeaderMatching', 'HTTPRouteRedirectPath', 'HTTPRouteHTTPSListener'];
const FURTHER = [
  ...['ExactPathMatching', 'MethodMatching', 'QueryParamMatching', 'PathMatchOrder', 'MatchingAcrossRoutes'],
  ...['SimpleSameNamespace', 'CrossNamespace', 'ReferenceGrant', 'HostnameIntersection', 'NamedRule', 'Weight'],
  ...['ListenerHostnameMatching', 'ListenerPortMatching', 'NoBackendRefs', 'RewriteHost', 'RewritePath', 'CORS'],
  ...['RedirectHostAndStatus', 'RedirectPort', 'RedirectScheme', 'RedirectPortAndScheme', '303Redirect'],
  ...['307Redirect', '308Redirect', 'RequestHeaderModifier', 'BackendRequestHeaderModifier'],
  ...['InvalidCrossNamespaceBackendRef', 'InvalidBackendRefUnknownKind', 'InvalidNonExistentBackendRef'],
  ...['InvalidReferenceGrant', 'PartiallyInvalidViaInvalidReferenceGrant'],
].map(each => `HTTPRoute${each}`);
const OTHERS = [
  'BackendTLSPolicy',
  'GatewayHTTPListenerIsolation',
  'ListenerSetHTTPRouting',
  'ListenerSetAllowedRoutesNamespaces',
  ...['Basic', 'HTTPRouteMatching', 'HTTPRouteSimpleSameNamespace', 'HTTPRouteQueryParamMatching'].map(
    each => `Mesh${each}`,
  ),
  ...['HTTPRouteRequestHeaderModifier', 'HTTPRouteRewritePath', 'HTTPRouteRedirectPath', 'ConsumerRoute'].map(
    each => `Mesh${each}`,
  ),
];
const TESTS = [...SAMPLE, ...(NIGHTLY ? [...FURTHER, ...OTHERS] : [])];
const PATTERN = `(${[...GATEWAY_API.differences.map(each => each.tests), ...TESTS.map(each => `^${each}$`)].join('|')})`;

claim('gateways and sidecars of Istio respond to the conformance suite of the Gateway API as simulated', async lab => {
  const program = lab.tools.path('conformance');
  const simulation = new Simulation();
  const client = new ConformanceClient(lab);
  const seen = await runGatewayApiWith(program, PATTERN, lab.folder, question => {
    const { outcomes = [] } = simulation.answer(question);
    return client.answer(question, outcomes.length > 1);
  }).finally(() => client.remove());
  assert.deepEqual(endsOf(seen), endsOf(await runGatewayApi(program, PATTERN)));

  for (const { tests } of GATEWAY_API.differences) {
    const isDiffering = seen.some(each => each.test.includes(tests) && !each.right && each.unsimulated === undefined);
    assert.ok(isDiffering, `Istio meets all expectations of ${tests}: remove it from the table.`);
  }
  // The suite cannot see here what a backend has got.
  assert.deepEqual(client.clientCertificates, [], 'a gateway has presented a certificate to a backend');
  const right = seen.filter(each => each.right).length;
  process.stdout.write(
    `      ${seen.length} expectations, ${client.sent} requests: Istio meets ${right}, and differs in `
      + `${seen.length - right}, as simulated\n`,
  );
});

/** How each expectation ends, with why if it is not met. */
function endsOf(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .map(({ test, right, unsimulated }) => `${test}: ${right ? 'met' : (unsimulated ?? 'not met')}`)
    .sort();
}
