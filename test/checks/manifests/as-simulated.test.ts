import { checkManifests } from '../../../lib/checks';
import { Cluster } from '../../../lib/manifests';
import { istio, pods, service, TOWN } from '../../testing/traffic/support';
import { manifestsOf } from '../../support/manifests';

/** The findings of a check, as the place and the message. */
function findings(id: string, objects: readonly object[]): string[] {
  return found(id, objects).map(each => `${each.path}: ${each.message}`);
}

function found(id: string, objects: readonly object[]) {
  const report = checkManifests(new Cluster(manifestsOf([...TOWN, ...objects]).resources));
  return report.findings.filter(each => each.id === id);
}

/** A workload with the address of another service. */
function calling(name: string, address: string, labels: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: name, ...labels } },
      template: {
        metadata: { labels: { app: name, ...labels } },
        spec: { containers: [{ name: 'app', image: 'app', env: [{ name: 'ADDRESS', value: address }] }] },
      },
    },
  };
}

const sidecar = (hosts: readonly string[], labels?: object, namespace = 'shop') =>
  istio('Sidecar', 'scope', { ...(labels ? { workloadSelector: { labels } } : {}), egress: [{ hosts }] }, namespace);
const BANK = 'http://bank.money:80/';

describe('the hosts of a Sidecar', () => {
  test.each<[string, object[], boolean]>([
    ['of all namespaces', [sidecar(['*/*'])], false],
    ['of all namespaces but one that is excluded', [sidecar(['*/*', '~money/*'])], true],
    ['without one that is excluded', [sidecar(['money/*', '~money/bank.money.svc.cluster.local'])], true],
    ['without one that is excluded in all namespaces', [sidecar(['money/*', '~/bank.money.svc.cluster.local'])], true],
    ['with another one excluded', [sidecar(['money/*', '~money/other.money.svc.cluster.local'])], false],
    ['by a short name, which is not expanded', [sidecar(['money/bank'])], true],
    ['with more than one slash, which are ignored', [sidecar(['./*', 'money/*/x'])], true],
    [
      'of the root namespace, where the dot is the namespace of the proxy',
      [sidecar(['./*'], undefined, 'istio-system')],
      true,
    ],
    ['for other workloads', [sidecar(['./*'], { app: 'other' })], false],
  ])('%s', (_name, objects, isMissing) => {
    expect(findings('SidecarMissesHost', [calling('client', BANK), ...objects])).toHaveLength(isMissing ? 1 : 0);
  });

  test('of the workload that has the address count, not those of another version', () => {
    const v1 = calling('client-v1', BANK, { app: 'client', version: 'v1' });
    const v2 = calling('client-v2', 'http://cart:80/', { app: 'client', version: 'v2' });
    const objects = [v1, v2, service('client')];
    expect(findings('SidecarMissesHost', [...objects, sidecar(['./*'], { version: 'v2' })])).toEqual([]);
    expect(
      findings('SidecarMissesHost', [...objects, sidecar(['./*'], { version: 'v1', app: 'client' })]),
    ).toHaveLength(1);
  });

  test('that are excluded are no evidence of a call', () => {
    const closed = istio(
      'AuthorizationPolicy',
      'bank',
      { rules: [{ from: [{ source: { principals: ['x'] } }] }], selector: { matchLabels: { app: 'bank' } } },
      'money',
    );
    const of = (hosts: readonly string[]) => findings('CallWithoutGrant', [closed, sidecar(hosts, { app: 'web' })]);
    expect(of(['money/bank.money.svc.cluster.local'])).toHaveLength(1);
    expect(of(['*/*', '~money/bank.money.svc.cluster.local'])).toEqual([]);
    expect(of(['shop/bank.money.svc.cluster.local'])).toEqual([]);
  });

  test('that some workloads of a caller have are enough for a permission', () => {
    const allow = istio(
      'AuthorizationPolicy',
      'bank',
      {
        selector: { matchLabels: { app: 'bank' } },
        rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart'] } }] }],
      },
      'money',
    );
    expect(findings('GrantWithoutCall', [allow, sidecar(['./*'])])).toHaveLength(1);
    expect(findings('GrantWithoutCall', [allow, sidecar(['./*'], { version: 'v1' })])).toEqual([]);
  });
});

const to = (host: string, subset?: string) => [{ destination: { host, subset } }];
const root = (...http: object[]) => istio('VirtualService', 'cart', { hosts: ['cart'], http });
const leaf = (name: string, ...http: object[]) => istio('VirtualService', name, { http });
const delegate = (name: string) => ({ name });

describe('a rule of a VirtualService with delegates', () => {
  test.each<[string, object[], string[]]>([
    [
      'is reached after a delegate with matches',
      [
        root({ delegate: delegate('a') }, { route: to('cart') }),
        leaf('a', { match: [{ uri: { prefix: '/a' } }], route: to('cart') }),
      ],
      [],
    ],
    [
      'is not reached after a delegate that matches everything',
      [root({ delegate: delegate('a') }, { route: to('cart') }), leaf('a', { route: to('cart') })],
      [
        'VirtualService shop/cart spec.http[1]: The earlier rule spec.http[0] of VirtualService shop/a matches everything',
      ],
    ],
    [
      'is not reached as a delegate after a rule without matches',
      [
        root({ route: to('cart') }, { delegate: delegate('a') }),
        leaf('a', { match: [{ uri: { prefix: '/a' } }], route: to('cart') }),
      ],
      ['VirtualService shop/cart spec.http[1]: The earlier rule spec.http[0] matches everything'],
    ],
    [
      'is reached as a delegate of which one rule is new',
      [
        root({ match: [{ uri: { prefix: '/a' } }], route: to('cart') }, { delegate: delegate('a') }),
        leaf(
          'a',
          { match: [{ uri: { prefix: '/a' } }], route: to('cart') },
          { match: [{ uri: { prefix: '/b' } }], route: to('cart') },
        ),
      ],
      [],
    ],
    [
      'is not reached within a delegate',
      [leaf('a', { route: to('cart') }, { match: [{ uri: { prefix: '/a' } }], route: to('cart') })],
      ['VirtualService shop/a spec.http[1]: The earlier rule spec.http[0] matches everything'],
    ],
    [
      'is not reached after a match of the prefix of all paths',
      [root({ match: [{ uri: { prefix: '/' } }], route: to('cart') }, { route: to('cart') })],
      ['VirtualService shop/cart spec.http[1]: The earlier rule spec.http[0] matches everything'],
    ],
    [
      'is reached after one for a port, or for callers',
      [
        root(
          { match: [{ port: 80 }, { sourceLabels: { app: 'web' } }, { sourceNamespace: 'shop' }], route: to('cart') },
          { route: to('cart') },
        ),
      ],
      [],
    ],
  ])('%s', (_name, objects, expected) => {
    const found = findings('UnreachableRule', objects);
    expect(found).toHaveLength(expected.length);
    expected.forEach((each, index) => expect(found[index]).toContain(each));
  });

  test('has the timeout of the delegating rule, and the retries of the delegate', () => {
    const objects = [
      root({ delegate: delegate('a'), timeout: '1s' }),
      leaf('a', { route: to('cart'), retries: { attempts: 3, perTryTimeout: '1s' } }),
    ];
    expect(findings('RetriesBeyondTimeout', objects)).toEqual([
      expect.stringContaining('VirtualService shop/a spec.http[0].retries'),
    ]);
  });
});

describe('a match with a shorter prefix', () => {
  test.each<[string, object, object, boolean]>([
    ['and no method covers one with a method', {}, { method: { exact: 'POST' } }, true],
    ['and a method does not cover one without', { method: { exact: 'GET' } }, {}, false],
    ['and a method does not cover another', { method: { exact: 'GET' } }, { method: { exact: 'POST' } }, false],
    ['and the same method covers', { method: { exact: 'GET' } }, { method: { exact: 'GET' } }, true],
    ['and the prefix of a method covers', { method: { prefix: 'P' } }, { method: { exact: 'POST' } }, true],
    ['and an authority does not cover one without', { authority: { exact: 'a' } }, {}, false],
    ['and no header covers one with a header', {}, { headers: { a: { exact: 'b' } } }, true],
    ['and a header does not cover one without', { headers: { a: { exact: 'b' } } }, {}, false],
    ['and the same header covers', { headers: { a: { exact: 'b' } } }, { headers: { a: { exact: 'b' } } }, true],
    ['and no port covers one with a port', {}, { port: 80 }, true],
    ['and a port does not cover one without', { port: 80 }, {}, false],
    ['and labels do not cover one without', { sourceLabels: { app: 'web' } }, {}, false],
    ['and no labels covers one with labels', {}, { sourceLabels: { app: 'web' } }, true],
    ['and a namespace does not cover one without', { sourceNamespace: 'shop' }, {}, false],
    ['and a gateway does not cover one without', { gateways: ['mesh'] }, {}, false],
    ['and no gateway covers one with a gateway', {}, { gateways: ['mesh'] }, true],
    ['in the same case does not cover one in any', {}, { ignoreUriCase: true }, false],
    ['and a header that is missing does not cover one without', { withoutHeaders: { a: {} } }, {}, false],
  ])('%s', (_name, earlier, later, isCovered) => {
    const objects = [
      root(
        { match: [{ uri: { prefix: '/a' }, ...earlier }], route: to('cart') },
        { match: [{ uri: { prefix: '/a/b' }, ...later }], route: to('cart') },
      ),
    ];
    expect(findings('IneffectiveMatch', objects)).toHaveLength(isCovered ? 1 : 0);
  });
});

test.each<[string, object, object, boolean]>([
  ['an exact path after its prefix', { uri: { prefix: '/a' } }, { uri: { exact: '/a/b' } }, true],
  ['an exact path after another prefix', { uri: { prefix: '/a/c' } }, { uri: { exact: '/a/b' } }, false],
  ['an exact path after an expression', { uri: { regex: '/a/(b|c)' } }, { uri: { exact: '/a/b' } }, true],
  ['an exact path after an expression for others', { uri: { regex: '/a' } }, { uri: { exact: '/a/b' } }, false],
  ['an exact path after an invalid expression', { uri: { regex: '(' } }, { uri: { exact: '/a/b' } }, false],
  ['an exact path after it', { uri: { exact: '/a/b' } }, { uri: { exact: '/a/b' }, method: { exact: 'GET' } }, true],
  [
    'an exact path in any case after an expression',
    { uri: { regex: '/a/b' }, ignoreUriCase: true },
    { uri: { exact: '/a/b' }, ignoreUriCase: true },
    false,
  ],
  ['a prefix after an expression', { uri: { regex: '/a/b' } }, { uri: { prefix: '/a/b' } }, false],
  ['a prefix after its path', { uri: { exact: '/a/b' } }, { uri: { prefix: '/a/b' } }, false],
  ['an expression after a prefix', { uri: { prefix: '/a' } }, { uri: { regex: '/a/b' } }, false],
])('%s is covered or not by an earlier match', (_name, earlier, later, isCovered) => {
  const objects = [root({ match: [earlier], route: to('cart') }, { match: [later], route: to('cart') })];
  expect(findings('IneffectiveMatch', objects)).toHaveLength(isCovered ? 1 : 0);
});

test('an exact path after its prefix has no code of Istio, which compares prefixes alone', () => {
  const codesAfterPrefix = (uri: object) =>
    found('IneffectiveMatch', [
      root({ match: [{ uri: { prefix: '/a' } }], route: to('cart') }, { match: [{ uri }], route: to('cart') }),
    ]).map(each => each.covers);
  expect(codesAfterPrefix({ exact: '/a/b' })).toEqual([[]]);
  expect(codesAfterPrefix({ prefix: '/a/b' })).toEqual([['IST0131']]);
});

describe('the DestinationRule that proxies choose', () => {
  const rule = (name: string, host: string, spec: object, namespace = 'shop') =>
    istio('DestinationRule', name, { host, ...spec }, namespace);
  const v1 = { subsets: [{ name: 'v1', labels: { version: 'v1' } }] };
  const uses = root({ route: to('cart', 'v1') });

  test.each<[string, object[], boolean]>([
    ['has the exact host', [rule('a', 'cart', v1)], true],
    ['has a wildcard over the host', [rule('a', '*.shop.svc.cluster.local', v1)], true],
    [
      'with the exact host hides the wildcard',
      [rule('a', '*.shop.svc.cluster.local', v1), rule('b', 'cart', {})],
      false,
    ],
    ['is merged with others for the host', [rule('a', 'cart', {}), rule('b', 'cart', v1)], true],
    ['is that of the mesh', [rule('a', 'cart.shop.svc.cluster.local', v1, 'istio-system')], true],
    ['is not in another namespace', [rule('a', 'cart.shop.svc.cluster.local', v1, 'money')], false],
    ['may be for some Pods', [rule('a', 'cart', { ...v1, workloadSelector: { matchLabels: { app: 'web' } } })], true],
  ])('%s', (_name, objects, isKnown) => {
    expect(findings('UnknownSubset', [uses, ...objects])).toHaveLength(isKnown ? 0 : 1);
  });

  test('of the namespace of the VirtualService hides that of the namespace of the host', () => {
    const far = istio('VirtualService', 'bank', {
      hosts: ['bank.money.svc.cluster.local'],
      http: [{ route: to('bank.money.svc.cluster.local', 'v1') }],
    });
    const own = rule('own', 'bank', v1, 'money');
    expect(findings('UnknownSubset', [far, own])).toEqual([]);
    expect(findings('UnknownSubset', [far, own, rule('hides', 'bank.money.svc.cluster.local', {})])).toHaveLength(1);
  });

  test('of the namespace of a gateway counts for the routes of the gateway', () => {
    const routes = istio('VirtualService', 'in', {
      hosts: ['a.example'],
      gateways: ['edge/gw'],
      http: [{ route: to('cart', 'v1') }],
    });
    const gateway = istio('Gateway', 'gw', { selector: { app: 'gw' }, servers: [] }, 'edge');
    const own = rule('a', 'cart.shop.svc.cluster.local', { ...v1, exportTo: ['.'] }, 'edge');
    expect(findings('UnknownSubset', [routes, gateway])).toHaveLength(1);
    expect(findings('UnknownSubset', [routes, gateway, own])).toEqual([]);
  });

  const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } });
  const disabled = istio('PeerAuthentication', 'off', { mtls: { mode: 'DISABLE' } });
  const onPort = istio('PeerAuthentication', 'port', {
    selector: { matchLabels: { app: 'cart' } },
    mtls: { mode: 'STRICT' },
    portLevelMtls: { 8080: { mode: 'DISABLE' } },
  });
  const plain = { tls: { mode: 'DISABLE' } };
  test.each<[string, object[], string[]]>([
    ['for all ports', [strict, rule('a', 'cart', { trafficPolicy: plain })], ['spec.trafficPolicy.tls.mode']],
    [
      'with empty TLS settings',
      [strict, rule('a', 'cart', { trafficPolicy: { tls: {} } })],
      ['spec.trafficPolicy.tls.mode'],
    ],
    [
      'for a port',
      [strict, rule('a', 'cart', { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, ...plain }] } })],
      ['spec.trafficPolicy.portLevelSettings[0].tls.mode'],
    ],
    [
      'for a subset',
      [strict, rule('a', 'cart', { subsets: [{ name: 'v1', labels: { version: 'v1' }, trafficPolicy: plain }] })],
      ['spec.subsets[0].trafficPolicy.tls.mode'],
    ],
    [
      'for a port that does not require it',
      [onPort, rule('a', 'cart', { trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, ...plain }] } })],
      [],
    ],
    [
      'for a namespace whose own rule takes precedence',
      [
        strict,
        rule('a', 'cart.shop.svc.cluster.local', { trafficPolicy: plain, exportTo: ['shop'] }, 'istio-system'),
        rule('b', 'cart', {}),
      ],
      [],
    ],
  ])('sets plain text for Pods that require mutual TLS: %s', (_name, objects, expected) => {
    expect(findings('PlainTextToStrict', objects).map(each => each.split(/[ :]/)[2])).toEqual(expected);
  });

  test('sets mutual TLS for a port that does not accept it', () => {
    const mutual = rule('a', 'cart', { trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } });
    expect(findings('MutualTlsToPlainText', [disabled, mutual])).toHaveLength(1);
    expect(findings('MutualTlsToPlainText', [onPort, mutual])).toHaveLength(1);
    expect(findings('MutualTlsToPlainText', [strict, mutual])).toEqual([]);
  });

  test('decides which Pods a share of the requests goes to', () => {
    const empty = pods('cart', 'v9', { replicas: 0 });
    const v9 = { subsets: [{ name: 'v9', labels: { version: 'v9' } }] };
    const sends = root({ route: to('cart', 'v9') });
    expect(findings('WeightWithoutReplicas', [sends, empty, rule('a', '*.shop.svc.cluster.local', v9)])).toHaveLength(
      1,
    );
    expect(
      findings('WeightWithoutReplicas', [sends, empty, rule('a', 'cart.shop.svc.cluster.local', v9, 'money')]),
    ).toEqual([]);
  });
});

describe('a namespace in a policy', () => {
  const from = (namespace: string) =>
    istio('AuthorizationPolicy', 'a', { rules: [{ from: [{ source: { namespaces: [namespace] } }] }] });
  const undeclared = pods('app', 'v1', { namespace: 'other' });

  test.each<[string, string, boolean]>([
    ['exists if it is declared', 'shop', true],
    ['exists if objects are in it', 'other', true],
    ['does not exist in another case', 'OTHER', false],
    ['exists if Kubernetes creates it', 'kube-system', true],
    ['exists if a pattern matches one with objects', 'oth*', true],
    ['exists if a pattern matches one of Kubernetes', 'kube-*', true],
    ['does not exist otherwise', 'nowhere', false],
    ['does not exist if a pattern matches none', 'no*', false],
  ])('%s', (_name, namespace, exists) => {
    expect(findings('UnknownNamespace', [undeclared, from(namespace)])).toHaveLength(exists ? 0 : 1);
  });

  test.each(['values', 'notValues'])('may be in %s of a condition', list => {
    const when = (key: string, namespace: string) =>
      istio('AuthorizationPolicy', 'a', { rules: [{ when: [{ key, [list]: ['shop', namespace] }] }] });
    const places = (key: string, namespace: string) =>
      found('UnknownNamespace', [undeclared, when(key, namespace)]).map(each => each.field);
    expect(places('source.namespace', 'other')).toEqual([]);
    expect(places('source.namespace', 'nowhere')).toEqual([`spec.rules[0].when[0].${list}[1]`]);
    expect(places('request.headers[namespace]', 'nowhere')).toEqual([]);
  });
});

describe('an identity in a policy', () => {
  const when = (key: string, ...values: string[]) => ({ when: [{ key, values }] });
  const from = (source: object) => ({ from: [{ source }] });

  test.each<[string, object, string[]]>([
    ['a principal', from({ principals: ['cluster.local/ns/shop/sa/cart'] }), []],
    [
      'an unknown principal',
      from({ principals: ['cluster.local/ns/shop/sa/crat'] }),
      ['cluster.local/ns/shop/sa/crat'],
    ],
    ['a ServiceAccount', from({ serviceAccounts: ['shop/cart', 'cart'] }), []],
    ['an unknown ServiceAccount', from({ serviceAccounts: ['shop/crat'] }), ['cluster.local/ns/shop/sa/crat']],
    ['one of another namespace', from({ serviceAccounts: ['other/cart'] }), ['cluster.local/ns/other/sa/cart']],
    ['one of the same namespace', from({ serviceAccounts: ['crat'] }), ['cluster.local/ns/shop/sa/crat']],
    ['a principal of a condition', when('source.principal', '*', 'cluster.local/ns/shop/sa/cart'), []],
    [
      'an unknown principal of a condition',
      when('source.principal', 'cluster.local/ns/shop/sa/crat'),
      ['cluster.local/ns/shop/sa/crat'],
    ],
    ['a ServiceAccount of a condition', when('source.serviceAccount', 'shop/cart'), []],
    [
      'an unknown ServiceAccount of a condition',
      when('source.serviceAccount', 'shop/crat'),
      ['cluster.local/ns/shop/sa/crat'],
    ],
    ['a value of another condition', when('request.headers[a]', 'cluster.local/ns/shop/sa/crat'), []],
  ])('%s exists, or not', (_name, rule, unknown) => {
    const unknownOnes = found('UnknownPrincipal', [pods('cart'), istio('AuthorizationPolicy', 'a', { rules: [rule] })]);
    expect(unknownOnes.map(each => /identity "(.*?)"/.exec(each.message)?.[1])).toEqual(unknown);
  });

  test('of a ServiceAccount, the fix has its own form', () => {
    const fixes = (source: object) =>
      found('UnknownPrincipal', [istio('AuthorizationPolicy', 'a', { rules: [from(source)] })]).map(each => each.fix);
    expect(fixes({ serviceAccounts: ['a'] })).toEqual([expect.stringMatching('`NAMESPACE/NAME`')]);
    expect(fixes({ principals: ['a'] })).toEqual([expect.stringMatching('`cluster.local/ns/NAMESPACE/sa/NAME`')]);
  });
});

describe('pods of which it is unknown whether they are in the mesh', () => {
  const outside = (name: string) => pods(name, 'v1', { namespace: 'other' });
  const strict = istio('PeerAuthentication', 'strict', { mtls: { mode: 'STRICT' } }, 'other');

  test('are reported once for a namespace, and not taken for pods outside the mesh', () => {
    const objects = [outside('a'), outside('b'), strict, istio('AuthorizationPolicy', 'all', {}, 'other')];
    expect(findings('UnknownMembership', objects)).toEqual([
      'Deployment other/a-v1 metadata.namespace: It is unknown whether the pods of a-v1 and 1 more are in the mesh: '
        + 'the namespace other is not among the manifests.',
    ]);
    expect(findings('PolicyWithoutPods', objects)).toEqual([]);
    expect(findings('UncoveredWorkload', [outside('a')]).filter(each => each.includes('other'))).toEqual([]);
  });

  test('are known by their own labels, and in namespaces that the injector ignores', () => {
    const labelled = pods('a', 'v1', { namespace: 'other', labels: { 'sidecar.istio.io/inject': 'true' } });
    expect(findings('UnknownMembership', [labelled, pods('b', 'v1', { namespace: 'kube-system' })])).toEqual([]);
  });

  test('are not taken for callers without a proxy, nor for callers with default retries', () => {
    const caller = { ...calling('client', 'http://cart.shop:80/'), metadata: { name: 'client', namespace: 'other' } };
    const required = istio('PeerAuthentication', 'shop', { mtls: { mode: 'STRICT' } });
    expect(findings('PlainTextCaller', [caller, required])).toEqual([]);
  });
});
