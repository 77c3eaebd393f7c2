import assert from 'node:assert/strict';
import { claim } from '../claims';
import type { Named } from '../simulation/configurations';
import type { TrialRequest } from '../simulation/requests';
import { Trials } from '../simulation/trial';
import { ISSUERS } from '../simulation/vocabulary';

/** Values of a claim, of every type that JSON has. Objects have one field, since Envoy writes several in any order. */
const VALUES: readonly unknown[] = [
  'ann',
  '',
  7,
  0,
  -7,
  1.5,
  1e19,
  2 ** 64,
  1e21,
  -1e21,
  1e-7,
  true,
  false,
  null,
  ['a', 'b'],
  [],
  { id: 1 },
  {},
  [{ a: { b: [1.5, true, 'x'] } }],
];

const RULE = { issuer: ISSUERS[0], jwks: 'KEYS', outputClaimToHeaders: [{ header: 'x-sub', claim: 'own' }] };
const POLICY: Named = {
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: { namespace: 'north', name: 'own' },
  spec: { selector: { matchLabels: { app: 'api' } }, jwtRules: [RULE] },
};

claim(
  'a claim of any type is written to a header as the simulator predicts, and never as a client forged it',
  async lab => {
    const trials = await Trials.start(lab);
    await trials.apply([POLICY]);
    const traffic = trials.simulate([POLICY]);
    const wrong: string[] = [];
    for (const own of VALUES) {
      const request: TrialRequest = {
        from: 'client',
        host: 'api.north',
        port: 80,
        method: 'GET',
        path: '/',
        headers: { 'x-sub': 'forged' },
        token: { claims: { iss: ISSUERS[0], sub: 'ann', own }, isGood: true },
      };
      const found = await trials.compare(traffic, request);
      wrong.push(...(found ? [`${JSON.stringify(own)} ${found.problem}`] : []));
    }
    assert.deepEqual(wrong, []);
    assert.equal(trials.compared, VALUES.length);
    await trials.end();
  },
);
