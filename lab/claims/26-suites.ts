import assert from 'node:assert/strict';
import { claim } from '../claims';
import { ENVOY_GATEWAY, runEnvoyGateway } from '../suites/envoy-gateway';
import { GATEWAY_API, runGatewayApi } from '../suites/gateway-api';
import { AUTHORIZATION, runAuthorization } from '../suites/istio-authorization';
import { runSimulation, SIMULATION } from '../suites/istio-simulation';
import { ROUTING, runRouting } from '../suites/istio-routing';
import { runTokens, TOKENS } from '../suites/istio-tokens';
import { NORMALIZATION, runNormalization } from '../suites/normalization';
import { type Known, summary, type Verdict } from '../suites/verdicts';

claim('the simulator answers the conformance suite of the Gateway API as Istio does', async lab => {
  expectKnown(await runGatewayApi(lab.tools.path('conformance')), GATEWAY_API);
});

claim("the simulator normalizes paths as Istio's integration test has it", lab => {
  expectKnown(runNormalization(lab.tools.module('istio.io/istio')), NORMALIZATION);
  return Promise.resolve();
});

claim("the simulator allows and denies requests as Istio's integration tests of AuthorizationPolicies have it", lab => {
  expectKnown(runAuthorization(lab.tools.module('istio.io/istio')), AUTHORIZATION);
  return Promise.resolve();
});

claim("the simulator reads tokens as Istio's integration test of RequestAuthentications has it", lab => {
  expectKnown(runTokens(lab.tools.module('istio.io/istio')), TOKENS);
  return Promise.resolve();
});

claim("the simulator routes requests as Istio's integration tests of routes have it", lab => {
  expectKnown(runRouting(lab.tools.module('istio.io/istio')), ROUTING);
  return Promise.resolve();
});

claim("the simulator ends requests as Istio's tests of its configuration for gateways and sidecars have it", lab => {
  expectKnown(runSimulation(lab.tools.module('istio.io/istio')), SIMULATION);
  return Promise.resolve();
});

claim("the simulator ends requests as Envoy Gateway's tests of its translation have it, or has no answer", () => {
  const verdicts = runEnvoyGateway();
  const answered = verdicts.filter(each => each.unsimulated === undefined);
  process.stdout.write(`      ${verdicts.length - answered.length} have fields or kinds that are not simulated\n`);
  expectKnown(answered, ENVOY_GATEWAY);
  return Promise.resolve();
});

function expectKnown(verdicts: readonly Verdict[], known: Known): void {
  const { text, problems } = summary(verdicts, known);
  process.stdout.write(`      ${text}\n`);
  assert.equal(problems.length, 0, problems.join('\n'));
}
