/**
 * The code of the token authorizer, inline in the template: Node.js without dependencies. `DEMANDS` has the
 * requirements of each route, `CLIENTS` the usage keys of clients by claim. The status is 401 for an invalid token, 403
 * for a token with the wrong audience or scopes, and 500 if the issuer does not publish its keys.
 *
 * AWS caches a policy for requests with the same token, method and route, so it contains the route with `*` for
 * parameters. Since `*` also matches several segments, these are denied. Algorithms and key selection are those of
 * Envoy, except shared secrets. Keys are fetched again after 5 minutes, or after a minute for an unknown `kid`; while
 * the issuer is unavailable, cached keys are used for half an hour.
 * @see https://github.com/google/jwt_verify_lib/blob/master/src/verify.cc
 * @see https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors
 */
export const TOKEN_AUTHORIZER_CODE = `const { createPublicKey, verify, constants } = require('node:crypto');
const mapOf = text => new Map(Object.entries(JSON.parse(text || '{}')));
const demands = mapOf(process.env.DEMANDS);
const clients = mapOf(process.env.CLIENTS);
const claimOfClient = process.env.CLIENT_CLAIM;
const keysByIssuer = new Map();
const algorithms = new Map([['EdDSA', { kty: 'OKP', crv: 'Ed25519' }]]);
[['256', 'P-256'], ['384', 'P-384'], ['512', 'P-521']].forEach(([bits, crv]) => algorithms
  .set('RS' + bits, { kty: 'RSA', hash: 'sha' + bits })
  .set('PS' + bits, { kty: 'RSA', hash: 'sha' + bits, padding: constants.RSA_PKCS1_PSS_PADDING })
  .set('ES' + bits, { kty: 'EC', hash: 'sha' + bits, crv }));

async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) throw new Error(url + ' answered ' + response.status);
  return response.json();
}

async function fetchKeys(issuer) {
  const { jwks_uri } = await get(issuer.replace(/\\/$/, '') + '/.well-known/openid-configuration');
  if (new URL(jwks_uri).protocol !== new URL(issuer).protocol) throw new Error('Unsafe ' + jwks_uri);
  return (await get(jwks_uri)).keys.filter(Boolean);
}

async function keysOf(issuer, fits) {
  const known = keysByIssuer.get(issuer) || { keys: [], at: 0, triedAt: 0 };
  keysByIssuer.set(issuer, known);
  const isOlder = (time, seconds) => Date.now() - time > seconds * 1000;
  if (isOlder(known.at, 300) ? isOlder(known.triedAt, 10) : !known.keys.some(fits) && isOlder(known.triedAt, 60)) {
    known.triedAt = Date.now();
    known.error = undefined;
    await fetchKeys(issuer).then(keys => Object.assign(known, { keys, at: Date.now() }), error => { console.log(known.error = error.message); });
  }
  const keys = known.keys.filter(fits);
  if (isOlder(known.at, 1800) || (known.error && !keys.length)) throw new Error('No keys of ' + issuer);
  return keys;
}

function json(part) {
  try { return Object(JSON.parse(Buffer.from(part, 'base64url').toString())); } catch { return {}; }
}

async function verified([, head, body, signature], issuer) {
  const { alg, kid, crit } = json(head);
  const claims = json(body);
  const { kty, crv, hash, padding } = algorithms.get(alg) || {};
  const now = Date.now() / 1000;
  const isNow = Number.isFinite(claims.exp) && claims.exp > now && (claims.nbf ?? 0) <= now;
  if (!kty || crit !== undefined || claims.iss !== issuer || !isNow) return;
  const fits = key => key.kty === kty && key.crv === crv && (key.use || 'sig') === 'sig' && (key.alg || alg) === alg && (!kid || (key.kid || kid) === kid);
  const keys = await keysOf(issuer, fits);
  return keys.some(key => {
    try {
      const options = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363', padding };
      return verify(hash, Buffer.from(head + '.' + body), options, Buffer.from(signature, 'base64url'));
    } catch { return false; }
  }) ? claims : undefined;
}

function statements(arn, resource, effect) {
  const of = (Effect, path) => ({ Action: 'execute-api:Invoke', Effect, Resource: [...arn.split('/').slice(0, 3), ...path].join('/') });
  const path = resource.split('/').slice(1).map(each => each[0] === '{' ? '*' : each);
  const longer = resource.endsWith('+}') ? [] : path.flatMap((each, i) => each === '*' ? [path.toSpliced(i, 0, '*')] : []);
  return [of(effect, path), ...longer.map(each => of('Deny', each))];
}

const list = value => Array.isArray(value) ? value : value === undefined ? [] : String(value).split(' ');

exports.handler = async ({ resource, httpMethod, headers, multiValueHeaders, methodArn }) => {
  const demand = demands.get(httpMethod + ' ' + resource) || demands.get('ANY ' + resource);
  const values = Object.entries(multiValueHeaders || headers || {}).flatMap(([name, value]) => name.toLowerCase() === 'authorization' ? value : []);
  const token = values.length === 1 && /^Bearer ([\\w-]+)\\.([\\w-]+)\\.([\\w-]+)$/i.exec(values[0]);
  const claims = demand && token && await verified(token, demand.issuer);
  if (!claims) throw new Error('Unauthorized');
  const isFor = demand.audiences.some(each => [].concat(claims.aud).includes(each));
  const isScoped = !demand.scopes || demand.scopes.some(each => list(claims.scope).includes(each));
  const context = Object.entries(claims).filter(([, value]) => typeof value !== 'object').map(([name, value]) => [name, String(value)]);
  return {
    principalId: String(claims.sub || 'unknown'),
    policyDocument: { Version: '2012-10-17', Statement: statements(methodArn, resource, isFor && isScoped ? 'Allow' : 'Deny') },
    context: Object.fromEntries(context),
    usageIdentifierKey: claimOfClient && clients.get(claims[claimOfClient]),
  };
};
`;
