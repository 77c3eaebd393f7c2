import assert from 'node:assert/strict';
import { claim } from '../claims';
import type { Named } from '../simulation/configurations';
import type { TrialRequest } from '../simulation/requests';
import { Trials } from '../simulation/trial';
import { ISSUERS } from '../simulation/vocabulary';

const API = { selector: { matchLabels: { app: 'api' } } };
const OTHER = '192.0.2.7';

const policy = (spec: object): Named => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { namespace: 'north', name: 'own' },
  spec: { ...API, ...spec },
});
const authentication = (...audiences: string[]): Named => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: { namespace: 'north', name: 'own' },
  spec: { ...API, jwtRules: [{ issuer: ISSUERS[0], jwks: 'KEYS', audiences }] },
});

const REQUEST: TrialRequest = { from: 'client', host: 'api.north', port: 80, method: 'GET', path: '/', headers: {} };
const forwarded = (value: string): TrialRequest => ({ ...REQUEST, headers: { 'x-forwarded-for': value } });
const withAudience = (aud: string | string[]): TrialRequest => ({
  ...REQUEST,
  token: { claims: { iss: ISSUERS[0], sub: 'ann', aud }, isGood: true },
});

claim('sidecars have the addresses of clients and the audiences of tokens that the simulator predicts', async lab => {
  const trials = await Trials.start(lab);
  const expectAsPredicted = async (objects: readonly Named[], requests: readonly TrialRequest[]) => {
    await trials.apply(objects);
    const traffic = trials.simulate(objects);
    for (const request of requests) {
      const difference = await trials.compare(traffic, request);
      assert.equal(difference, undefined, `${JSON.stringify(request)} with ${JSON.stringify(objects)}`);
    }
  };
  const addresses = [OTHER, `${OTHER}, 10.99.0.1`, `10.99.0.1, ${OTHER}`, `${OTHER}, nonsense`, 'nonsense', ''];
  const block = { from: [{ source: { remoteIpBlocks: [`${OTHER}/32`] } }] };
  for (const action of ['ALLOW', 'DENY']) {
    await expectAsPredicted([policy({ action, rules: [block] })], [REQUEST, ...addresses.map(forwarded)]);
  }
  const audiences = ['shop', 'https://shop', 'http://shop/', 'shop/', 'shop//', 'HTTPS://shop', 'https://http://shop'];
  for (const expected of ['shop', 'https://shop/', 'shop//']) {
    await expectAsPredicted([authentication(expected)], [...audiences, ['other', 'shop/']].map(withAudience));
  }
  await trials.end();
});
