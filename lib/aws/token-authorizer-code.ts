/**
 * The code of the token authorizer, inline in the template: Node.js without dependencies. `DEMANDS` has the
 * requirements of each route, `CLIENTS` the usage keys of clients by claim. The status is 401 for an invalid token, 403
 * for a token with the wrong audience or scopes, and 500 if the issuer does not publish its keys.
 *
 * AWS caches a policy for requests with the same token, method and route, so it contains the route with `*` for
 * parameters. Since `*` also matches several segments, these are denied. Algorithms and key selection are those of
 * Envoy, except shared secrets. Keys are fetched again after 5 minutes, or after a minute for an unknown `kid`; while
 * the issuer is unavailable, cached keys are used for half an hour. Declared keys (`jwks`) are not fetched.
 * @see https://github.com/google/jwt_verify_lib/blob/master/src/verify.cc
 * @see https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors
 */
export const TOKEN_AUTHORIZER_CODE = String.raw`const { createPublicKey, verify, constants } = require('node:crypto');

const mapOf = text => new Map(Object.entries(JSON.parse(text || '{}')));
const demands = mapOf(process.env.DEMANDS);
const clients = mapOf(process.env.CLIENTS);
const claimOfClient = process.env.CLIENT_CLAIM;
const keysBySource = new Map();
const algorithms = new Map([['EdDSA', { kty: 'OKP', crv: 'Ed25519' }]]);
[['256', 'P-256'], ['384', 'P-384'], ['512', 'P-521']].forEach(([bits, crv]) => {
  const hash = 'sha' + bits;
  algorithms
    .set('RS' + bits, { kty: 'RSA', hash })
    .set('PS' + bits, { kty: 'RSA', hash, padding: constants.RSA_PKCS1_PSS_PADDING })
    .set('ES' + bits, { kty: 'EC', hash, crv });
});

async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) throw new Error(url + ' answered ' + response.status);
  return response.json();
}

async function discover(issuer) {
  const { jwks_uri } = await get(issuer.replace(/\/$/, '') + '/.well-known/openid-configuration');
  if (new URL(jwks_uri).protocol !== new URL(issuer).protocol) throw new Error('Unsafe ' + jwks_uri);
  return jwks_uri;
}

async function fetchKeys({ issuer, jwksUri }) {
  return (await get(jwksUri || await discover(issuer))).keys.filter(Boolean);
}

async function refresh(known, demand) {
  known.triedAt = Date.now();
  known.error = undefined;
  try {
    known.keys = await fetchKeys(demand);
    known.at = Date.now();
  } catch (error) {
    known.error = error.message;
    console.log(known.error);
  }
}

async function keysOf(demand, fits) {
  if (demand.jwks) return JSON.parse(demand.jwks).keys.filter(fits);
  const source = demand.jwksUri || demand.issuer;
  const known = keysBySource.get(source) || { keys: [], at: 0, triedAt: 0 };
  keysBySource.set(source, known);
  const isOlder = (time, seconds) => Date.now() - time > seconds * 1000;
  const isDue = isOlder(known.at, 300)
    ? isOlder(known.triedAt, 10)
    : !known.keys.some(fits) && isOlder(known.triedAt, 60);
  if (isDue) await refresh(known, demand);
  const keys = known.keys.filter(fits);
  if (isOlder(known.at, 1800) || (known.error && !keys.length)) throw new Error('No keys of ' + demand.issuer);
  return keys;
}

function json(part) {
  try { return Object(JSON.parse(Buffer.from(part, 'base64url').toString())); } catch { return {}; }
}

async function verified([, head, body, signature], demand) {
  const { alg, kid, crit } = json(head);
  const claims = json(body);
  const { kty, crv, hash, padding } = algorithms.get(alg) || {};
  const now = Date.now() / 1000;
  const isNow = Number.isFinite(claims.exp) && claims.exp > now && (claims.nbf ?? 0) <= now;
  if (!kty || crit !== undefined || claims.iss !== demand.issuer || !isNow) return;
  const fits = key => key.kty === kty && key.crv === crv && (key.use || 'sig') === 'sig'
    && (key.alg || alg) === alg && (!kid || (key.kid || kid) === kid);
  const keys = await keysOf(demand, fits);
  return keys.some(key => {
    try {
      const options = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363', padding };
      return verify(hash, Buffer.from(head + '.' + body), options, Buffer.from(signature, 'base64url'));
    } catch { return false; }
  }) ? claims : undefined;
}

function statements(arn, resource, effect) {
  const stage = arn.split('/').slice(0, 3);
  const of = (Effect, path) => ({ Action: 'execute-api:Invoke', Effect, Resource: [...stage, ...path].join('/') });
  const path = resource.split('/').slice(1).map(each => each[0] === '{' ? '*' : each);
  const longer = resource.endsWith('+}')
    ? []
    : path.flatMap((each, i) => each === '*' ? [path.toSpliced(i, 0, '*')] : []);
  return [of(effect, path), ...longer.map(each => of('Deny', each))];
}

const list = value => Array.isArray(value) ? value : value === undefined ? [] : String(value).split(' ');

function isEnough({ audiences, scopes, clientIdAsAudience }, { aud, client_id, scope, scp }) {
  const named = aud === undefined && clientIdAsAudience ? client_id : aud;
  const granted = [...list(scope), ...list(scp)];
  const isFor = audiences.some(each => [].concat(named).includes(each));
  return isFor && (!scopes || scopes.some(each => granted.includes(each)));
}

exports.handler = async ({ resource, httpMethod, headers, multiValueHeaders, methodArn }) => {
  const demand = demands.get(httpMethod + ' ' + resource) || demands.get('ANY ' + resource);
  const values = Object.entries(multiValueHeaders || headers || {})
    .flatMap(([name, value]) => name.toLowerCase() === 'authorization' ? value : []);
  const token = values.length === 1 && /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(values[0]);
  const claims = demand && token && await verified(token, demand);
  if (!claims) throw new Error('Unauthorized');
  const effect = isEnough(demand, claims) ? 'Allow' : 'Deny';
  const context = Object.entries(claims)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => [name, String(value)]);
  return {
    principalId: String(claims.sub || 'unknown'),
    policyDocument: { Version: '2012-10-17', Statement: statements(methodArn, resource, effect) },
    context: Object.fromEntries(context),
    usageIdentifierKey: claimOfClient && clients.get(claims[claimOfClient]),
  };
};
`;
