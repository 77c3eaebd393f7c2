import fc from 'fast-check';
import type { RequestProps } from '../../../lib/testing';
import { endsOf, istio, meshConfig, traffic } from './support';

const policy = (spec: object, name = 'policy', namespace = 'shop', metadata: object = {}) =>
  istio('AuthorizationPolicy', name, spec, namespace, metadata);
const web = 'cluster.local/ns/shop/sa/web';
const jwt = istio('RequestAuthentication', 'tokens', { jwtRules: [{ issuer: 'https://issuer.example', jwks: '{}' }] });
const claims = {
  iss: 'https://issuer.example',
  sub: 'ann',
  aud: ['shop', 'x'],
  azp: 'app',
  role: ['boss'],
  nested: { role: 'boss' },
  scope: 'read write',
};

/** Whether a rule takes a request of web to cart: an ALLOW policy with it alone lets the request in. */
function matches(rule: object, request = 'GET http://cart/a/b', props: RequestProps = {}): boolean {
  const { outcomes } = traffic([jwt, policy({ selector: { matchLabels: { app: 'cart' } }, rules: [rule] })])
    .from('web')
    .http(request, props);
  return outcomes.every(each => each.destination !== '');
}

const source = (fields: object) => ({ from: [{ source: fields }] });
const operation = (fields: object) => ({ to: [{ operation: fields }] });
const when = (key: string, values?: string[], notValues?: string[]) => ({ when: [{ key, values, notValues }] });

test.each<[string, object, boolean]>([
  ['the principal', source({ principals: [web] }), true],
  ['another principal', source({ principals: ['cluster.local/ns/shop/sa/bank'] }), false],
  ['a principal by its end', source({ principals: ['*/sa/web'] }), true],
  ['a principal by its beginning', source({ principals: ['cluster.local/ns/shop/*'] }), true],
  ['any principal', source({ principals: ['*'] }), true],
  ['not the principal', source({ notPrincipals: [web] }), false],
  ['not another', source({ notPrincipals: ['cluster.local/ns/money/*'] }), true],
  ['the namespace', source({ namespaces: ['shop'] }), true],
  ['a namespace by a pattern', source({ namespaces: ['s*p'] }), true],
  ["a part of the namespace's name", source({ namespaces: ['sho'] }), false],
  ['not the namespace', source({ notNamespaces: ['shop'] }), false],
  ['the service account', source({ serviceAccounts: ['web'] }), true],
  ['the service account with its namespace', source({ serviceAccounts: ['shop/web'] }), true],
  ['one of another namespace', source({ serviceAccounts: ['money/web'] }), false],
  ['the trust domain', source({ trustDomains: ['cluster.local'] }), true],
  ['not the trust domain', source({ notTrustDomains: ['cluster.local'] }), false],
  ['one of two sources', { from: [{ source: { namespaces: ['money'] } }, { source: { namespaces: ['shop'] } }] }, true],
  ['both of two conditions of a source', source({ namespaces: ['shop'], principals: ['*/sa/bank'] }), false],
  ['a source by a condition', when('source.principal', [web]), true],
  ['not a source by a condition', when('source.namespace', undefined, ['shop']), false],
  ['the path', operation({ paths: ['/a/b'] }), true],
  ['a path by its beginning', operation({ paths: ['/a/*'] }), true],
  ['a path by its end', operation({ paths: ['*/b'] }), true],
  ['a path by its parts', operation({ paths: ['/{*}/b'] }), true],
  ['one part for two', operation({ paths: ['/{*}'] }), false],
  ['any number of parts', operation({ paths: ['/a{**}'] }), true],
  ['not the path', operation({ notPaths: ['/a*'] }), false],
  ['the method', operation({ methods: ['GET'] }), true],
  ['not the method', operation({ notMethods: ['GET'] }), false],
  ['the host, in any case', operation({ hosts: ['CART'] }), true],
  ['the host by its beginning', operation({ hosts: ['ca*'] }), true],
  ['not the host', operation({ notHosts: ['cart'] }), false],
  ['the port of the Pod', operation({ ports: ['8080'] }), true],
  ['the port of the Service, which is none', operation({ ports: ['80'] }), false],
  ['not the port', operation({ notPorts: ['8080'] }), false],
  ['the port by a condition', when('destination.port', ['8080']), true],
  ['a header', when('request.headers[X-Kind]', ['gold*']), true],
  ['a header that is there', when('request.headers[x-kind]', ['*']), true],
  ['a header of another value', when('request.headers[x-kind]', ['tin']), false],
  ['not a header', when('request.headers[x-kind]', undefined, ['golden']), false],
  ['no such header', when('request.headers[x-other]', undefined, ['*']), true],
  ['a token of any subject', source({ requestPrincipals: ['*'] }), true],
  ['the subject of an issuer', source({ requestPrincipals: ['https://issuer.example/ann'] }), true],
  ['any subject of the issuer', source({ requestPrincipals: ['https://issuer.example/*'] }), true],
  ['the subject of any issuer', source({ requestPrincipals: ['*/ann'] }), true],
  ['another subject', source({ requestPrincipals: ['https://issuer.example/bob'] }), false],
  ['no token', source({ notRequestPrincipals: ['*'] }), false],
  ['an audience', when('request.auth.audiences', ['shop']), true],
  ['another audience', when('request.auth.audiences', ['else']), false],
  ['the presenter', when('request.auth.presenter', ['app']), true],
  ['a claim that is a list', when('request.auth.claims[role]', ['boss']), true],
  ['a claim in another', when('request.auth.claims[nested][role]', ['b*']), true],
  ['a claim with spaces between', when('request.auth.claims[scope]', ['write']), true],
  ['no such claim', when('request.auth.claims[none]', ['*']), false],
])('a rule for %s is read so', (_name, rule, expected) => {
  expect(matches(rule, undefined, { headers: { 'x-kind': 'golden' }, claims })).toBe(expected);
});

test('a rule about addresses needs one of the request', () => {
  const rule = source({ remoteIpBlocks: ['10.0.0.0/8'] });
  expect([
    matches(rule, undefined, { address: '10.1.2.3' }),
    matches(rule, undefined, { address: '11.1.2.3' }),
  ]).toEqual([true, false]);
  expect(() => matches(rule)).toThrow('Set the `address` of the request');
});

test.each([
  ['5.5.5.5', true],
  ['10.0.0.1, 5.5.5.5', true],
  ['5.5.5.5, 10.0.0.1', false],
  ['5.5.5.5, none', false],
])('the address of a client at a sidecar is the last entry of x-forwarded-for, if it is one: %s → %s', (value, is) => {
  const ask = { address: '10.0.0.9', headers: { 'x-forwarded-for': value } };
  expect(matches(source({ remoteIpBlocks: ['5.5.5.5'] }), undefined, ask)).toBe(is);
  expect(matches(source({ ipBlocks: ['10.0.0.9'] }), undefined, ask)).toBe(true);
});

test.each([
  ['203.0.113.7', ['198.51.100.7'], true],
  ['203.0.113.7', [], true],
  ['10.0.0.9', ['203.0.113.7'], false],
])('behind a gateway it is that of the connection to it: %s after %j → %s', (address, forged, is) => {
  const gateway = istio('Gateway', 'door', {
    selector: { istio: 'ingressgateway' },
    servers: [{ hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } }],
  });
  const spec = { hosts: ['cart.example'], gateways: ['door'], http: [{ route: [{ destination: { host: 'cart' } }] }] };
  const office = policy({ rules: [source({ remoteIpBlocks: ['203.0.113.0/24'] })] });
  const entries = forged.length === 0 ? {} : { headers: { 'x-forwarded-for': forged.join(',') } };
  const ask = (props: RequestProps) =>
    endsOf(
      traffic([gateway, istio('VirtualService', 'in', spec), office]).fromInternet('GET http://cart.example/', props),
    );
  expect(ask({ address, ...entries })).toBe(is ? 'cart-v1 50%, cart-v2 50%' : '403');
  expect(() => ask(entries)).toThrow('Set the `address` of the request');
});

test('a query is no part of the path', () => {
  expect(matches(operation({ paths: ['/a/b'] }), 'GET http://cart/a/b?c')).toBe(true);
});

const cart = { selector: { matchLabels: { app: 'cart' } } };
const all = { rules: [{}] };

test.each<[string, object[], string]>([
  ['without policies everything is allowed', [], 'cart-v1 50%, cart-v2 50%'],
  ['a policy without rules allows nothing', [policy({})], '403'],
  ['an empty rule allows everything', [policy(all)], 'cart-v1 50%, cart-v2 50%'],
  ['one that denies without rules denies nothing', [policy({ action: 'DENY' })], 'cart-v1 50%, cart-v2 50%'],
  ['what is denied is not allowed by another', [policy(all, 'a'), policy({ action: 'DENY', ...all }, 'b')], '403'],
  [
    'one of several that allow is enough',
    [policy({}, 'a'), policy({ ...cart, ...all }, 'b')],
    'cart-v1 50%, cart-v2 50%',
  ],
  [
    'one for other labels is not for these',
    [policy({ selector: { matchLabels: { app: 'bank' } } })],
    'cart-v1 50%, cart-v2 50%',
  ],
  [
    'one for a version is for that',
    [policy({ selector: { matchLabels: { app: 'cart', version: 'v2' } } })],
    '403 50%, cart-v1 50%',
  ],
  ['one of another namespace is not for this', [policy({}, 'a', 'money')], 'cart-v1 50%, cart-v2 50%'],
  ['one of the root namespace is for all', [policy({}, 'a', 'istio-system')], '403'],
  [
    'one of the root namespace that selects',
    [policy({ selector: { matchLabels: { version: 'v1' } } }, 'a', 'istio-system')],
    '403 50%, cart-v2 50%',
  ],
  [
    'one that is only tried decides nothing',
    [policy({ action: 'DENY', ...all }, 'a', 'shop', { annotations: { 'istio.io/dry-run': 'true' } })],
    'cart-v1 50%, cart-v2 50%',
  ],
  ['one that only looks decides nothing', [policy({ action: 'AUDIT', ...all })], 'cart-v1 50%, cart-v2 50%'],
  [
    'an external authorizer is assumed to allow',
    [policy({ action: 'CUSTOM', provider: { name: 'opa' }, ...all })],
    'cart-v1 50%, cart-v2 50%',
  ],
  [
    'one that the mesh does not have denies',
    [
      policy({ action: 'CUSTOM', provider: { name: 'opa' }, ...all }),
      meshConfig({ extensionProviders: [{ name: 'other' }] }),
    ],
    '403',
  ],
])('%s', (_name, objects, expected) => {
  expect(endsOf(traffic(objects).from('web').http('GET http://cart/'))).toBe(expected);
});

test('a test declares which external authorizers deny, and requests that they do not check are allowed', () => {
  const guarded = traffic(
    [policy({ action: 'CUSTOM', provider: { name: 'opa' }, rules: [{ to: [{ operation: { paths: ['/admin'] } }] }] })],
    { denyingAuthorizers: ['opa'] },
  );
  guarded.from('web').http('GET http://cart/admin').expectDenied(403);
  guarded.from('web').http('GET http://cart/').expectAllowed();
  expect(guarded.from('web').http('GET http://cart/admin').explain()).toContain(
    'the external authorizer opa denies it',
  );
});

test('on connections alone, conditions about requests void what allows and are none of what denies', () => {
  const connect = (...objects: object[]) => endsOf(traffic(objects).from('web').tcp('cart:9000'));
  const paths = { to: [{ operation: { paths: ['/a'] } }] };
  expect(connect(policy({ ...cart, rules: [paths] }))).toBe('0');
  expect(connect(policy({ ...cart, rules: [source({ principals: [web] })] }))).toBe('cart-v1 50%, cart-v2 50%');
  expect(connect(policy({ action: 'DENY', ...cart, rules: [paths] }))).toBe('0');
  expect(
    connect(policy({ action: 'DENY', ...cart, rules: [{ to: [{ operation: { paths: ['/a'], ports: ['8080'] } }] }] })),
  ).toBe('cart-v1 50%, cart-v2 50%');
});

test('a policy that names addresses applies to connections with a known address', () => {
  const blocks = traffic([policy({ ...cart, rules: [source({ ipBlocks: ['10.0.0.0/8'] })] })]);
  expect([
    endsOf(blocks.from('web').tcp('cart:9000', { address: '10.1.2.3' })),
    endsOf(blocks.from('web').tcp('cart:9000', { address: '11.1.2.3' })),
  ]).toEqual(['cart-v1 50%, cart-v2 50%', '0']);
  expect(() => blocks.from('web').tcp('cart:9000')).toThrow('Set the `address` of the connection');
  expect(
    blocks
      .matrix()
      .reaches.filter(each => each.from === 'shop/web-v1' && each.to.startsWith('shop/cart-v1'))
      .map(each => each.isUnconditional),
  ).toEqual([false, false, false]);
});

test('a caller without a sidecar has no identity', () => {
  const from = (spec: object) =>
    endsOf(
      traffic([policy({ ...cart, ...spec })])
        .from('old')
        .http('GET http://cart/'),
    );
  expect([
    from({ rules: [source({ principals: ['*'] })] }),
    from({ rules: [source({ notPrincipals: [web] })] }),
    from({ rules: [source({ notNamespaces: ['shop'] })] }),
  ]).toEqual(['403', 'cart-v1 50%, cart-v2 50%', 'cart-v1 50%, cart-v2 50%']);
});

test('a callee without a sidecar has no policies', () => {
  expect(
    endsOf(
      traffic([policy({})])
        .from('web')
        .http('GET http://old/'),
    ),
  ).toBe('old-v1');
});

test.each<[string, string]>([
  ...['1', 't', 'T', 'TRUE', 'True'].map((text): [string, string] => [text, 'cart-v1 50%, cart-v2 50%']),
  ...['yes', '0', '', 'tRUE', 'false'].map((text): [string, string] => [text, '403']),
])('a dry run is what Go reads as true: %j', (text, expected) => {
  const denying = policy({ action: 'DENY', rules: [{}] }, 'a', 'shop', { annotations: { 'istio.io/dry-run': text } });
  expect(endsOf(traffic([denying]).from('web').http('GET http://cart/'))).toBe(expected);
});

test('a denied request names the object that denied it', () => {
  expect(() =>
    traffic([policy({ ...cart, rules: [source({ principals: ['*/sa/bank'] })] }, 'bank-only')])
      .from('web')
      .http('GET http://cart/')
      .expectAllowed(),
  ).toThrow(
    new RegExp(
      String.raw`Expected the request to be routed to a destination\.\nshop/web-v1 → GET http://cart/`
        + String.raw`[\s\S]*denied by AuthorizationPolicy shop/bank-only at cart-v1`,
    ),
  );
});

const rules = fc.array(
  fc.record({
    from: fc.option(
      fc.constantFrom(
        [{ source: { principals: [web] } }],
        [{ source: { namespaces: ['money'] } }],
        [{ source: { notNamespaces: ['shop'] } }],
      ),
      { nil: undefined },
    ),
    to: fc.option(
      fc.constantFrom(
        [{ operation: { methods: ['GET'] } }],
        [{ operation: { paths: ['/a*'] } }],
        [{ operation: { notPaths: ['/a'] } }],
      ),
      { nil: undefined },
    ),
    when: fc.option(
      fc.constantFrom(
        [{ key: 'request.headers[x]', values: ['1'] }],
        [{ key: 'request.headers[x]', notValues: ['1'] }],
      ),
      { nil: undefined },
    ),
  }),
  { minLength: 1, maxLength: 3 },
);
const request = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom('/', '/a', '/ab'),
  x: fc.constantFrom(undefined, '1'),
});

test('a further DENY rule never allows, a further ALLOW rule never denies', () => {
  fc.assert(
    fc.property(rules, rules, rules, request, (allowing, denying, more, { method, path, x }) => {
      const isLetIn = (allow: object[], deny: object[]) =>
        takesAll([policy({ rules: allow }, 'allow'), policy({ action: 'DENY', rules: deny }, 'deny')]);
      const takesAll = (objects: object[]) =>
        traffic(objects)
          .from('web')
          .http(`${method} http://cart${path}`, { headers: x ? { x } : {} })
          .outcomes.every(each => each.destination !== '');
      expect(isLetIn(allowing, [...denying, ...more]) && !isLetIn(allowing, denying)).toBe(false);
      expect(isLetIn(allowing, denying) && !isLetIn([...allowing, ...more], denying)).toBe(false);
    }),
    { numRuns: 60 },
  );
});
