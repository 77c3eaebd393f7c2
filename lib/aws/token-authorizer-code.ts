/**
 * The code of the token authorizer, inline in the template: Node.js alone, within 4096 characters. `DEMANDS` has what each route demands,
 * `CLIENTS` the usage keys of clients by claim. An invalid token is answered with 401, one that is not enough with 403.
 */
export const TOKEN_AUTHORIZER_CODE = `const { createPublicKey, verify } = require('node:crypto');
const demands = JSON.parse(process.env.DEMANDS);
const clients = JSON.parse(process.env.CLIENTS || '{}');
const claimOfClient = process.env.CLIENT_CLAIM;
const hashes = { __proto__: null, RS256: 'sha256', RS384: 'sha384', RS512: 'sha512', ES256: 'sha256', ES384: 'sha384' };
const keysByIssuer = new Map();

async function get(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) throw new Error(url + ' answered ' + response.status);
  return response.json();
}

async function keyOf(issuer, kid) {
  let known = keysByIssuer.get(issuer);
  const find = () => known && known.keys.find(key => key.kid === kid);
  if (!find() && !(known && Date.now() - known.at < 60000)) {
    const { jwks_uri } = await get(issuer.replace(/\\/$/, '') + '/.well-known/openid-configuration');
    known = { at: Date.now(), keys: (await get(jwks_uri)).keys };
    keysByIssuer.set(issuer, known);
  }
  return find();
}

const json = part => JSON.parse(Buffer.from(part, 'base64url').toString());

async function verified(token, issuer) {
  const [head, body, signature] = token.split('.');
  const { alg, kid } = json(head);
  const claims = json(body);
  const key = hashes[alg] && claims.iss === issuer && await keyOf(issuer, kid);
  if (!key || key.kty !== { R: 'RSA', E: 'EC' }[alg[0]] || (key.alg && key.alg !== alg)) return;
  const publicKey = { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  const now = Date.now() / 1000;
  const isSigned = verify(hashes[alg], Buffer.from(head + '.' + body), publicKey, Buffer.from(signature, 'base64url'));
  return isSigned && claims.exp > now && !(claims.nbf > now) ? claims : undefined;
}

const list = value => Array.isArray(value) ? value : value === undefined ? [] : String(value).split(' ');

exports.handler = async ({ resource, httpMethod, headers, methodArn }) => {
  const demand = demands[httpMethod + ' ' + resource] || demands['ANY ' + resource];
  const header = Object.entries(headers || {}).find(([name]) => name.toLowerCase() === 'authorization');
  const token = /^Bearer (.+)$/i.exec(header ? header[1] : '');
  const claims = demand && token && await verified(token[1], demand.issuer).catch(error => void console.log(error.message));
  if (!claims) throw new Error('Unauthorized');
  const isFor = demand.audiences.some(each => [].concat(claims.aud).includes(each));
  const isScoped = !demand.scopes || demand.scopes.some(each => list(claims.scope).includes(each));
  const context = Object.fromEntries(Object.entries(claims).filter(([, value]) => typeof value !== 'object').map(([name, value]) => [name, String(value)]));
  return {
    principalId: String(claims.sub || 'unknown'),
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: isFor && isScoped ? 'Allow' : 'Deny', Resource: methodArn }],
    },
    context,
    usageIdentifierKey: claimOfClient && Object.hasOwn(clients, claims[claimOfClient]) ? clients[claims[claimOfClient]] : undefined,
  };
};
`;
