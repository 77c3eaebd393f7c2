import assert from 'node:assert/strict';
import { claim } from '../claims';
import { GATEWAY_API, runGatewayApi } from '../suites/gateway-api';
import { summary } from '../suites/verdicts';

claim('the simulator answers the conformance suite of the Gateway API as Istio does', lab => {
  const { text, problems } = summary(runGatewayApi(lab.tools.path('conformance')), GATEWAY_API);
  process.stdout.write(`      ${text}\n`);
  assert.equal(problems.length, 0, problems.join('\n'));
  return Promise.resolve();
});
