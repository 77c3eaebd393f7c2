import fc from 'fast-check';
import { CHECKS } from '../../../../lib/checks';
import { Cluster } from '../../../../lib/manifests';
import { Traffic, Unsimulated } from '../../../../lib/testing';
import { manifestsOf } from '../../../support/manifests';

const NAMESPACES = ['shop', 'money'].map(name => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'istio-injection': 'enabled' } },
}));

function workload(name: string, namespace: string, calls: string[] = [], pod: object = {}): object[] {
  const env = calls.map((value, index) => ({ name: `CALL_${index}`, value }));
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name }, ...pod },
          spec: { serviceAccountName: name, containers: [{ name: 'app', image: 'app', env }] },
        },
      },
    },
  ];
}

const BANK = [
  ...NAMESPACES,
  ...workload('web', 'shop', ['http://bank.money:80/', 'http://cart:80/']),
  ...workload('cart', 'shop'),
  ...workload('bank', 'money'),
];

function policy(name: string, namespace: string, spec: object, annotations: object = {}): object {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace, annotations },
    spec,
  };
}

function findings(id: string, objects: readonly object[]) {
  const cluster = new Cluster(manifestsOf(objects).resources);
  return CHECKS.filter(each => each.id === id).flatMap(each => [...each.find(cluster)]);
}

const source = (fields: object) => ({ from: [{ source: fields }] });
const OF_BANK = { selector: { matchLabels: { app: 'bank' } } };

/** Whether web is denied at bank: the finding, and the status that a request of it gets. */
function denied(...objects: object[]) {
  const all = [...BANK, ...objects];
  const { message } = findings('CallWithoutGrant', all).find(each => each.message.includes('bank')) ?? {};
  const [outcome] = Traffic.of(manifestsOf(all)).from('web').http('GET http://bank.money/').outcomes;
  return { message, status: outcome?.status === 403 ? 403 : 200 };
}

test.each<[string, object, boolean]>([
  ['a service account of the namespace of the policy', source({ serviceAccounts: ['web'] }), true],
  ['a service account of the namespace of the caller', source({ serviceAccounts: ['shop/web'] }), false],
  ['another trust domain', source({ trustDomains: ['other.example'] }), true],
  ['all but the trust domain', source({ notTrustDomains: ['cluster.local'] }), true],
  ['all but the service account', source({ notServiceAccounts: ['shop/web'] }), true],
  ['all but a service account of the other namespace', source({ notServiceAccounts: ['web'] }), false],
  ['a namespace by a pattern', source({ namespaces: ['s*p'] }), false],
  ['a part of the namespace', source({ namespaces: ['sho'] }), true],
  ['a principal in a condition', { when: [{ key: 'source.principal', values: ['*/sa/cart'] }] }, true],
  ['the namespace in a condition', { when: [{ key: 'source.namespace', values: ['shop'] }] }, false],
])('a policy for %s', (_name, rule, isDenied) => {
  const { message, status } = denied(policy('p', 'money', { ...OF_BANK, rules: [rule] }));
  expect([message !== undefined, status]).toEqual(isDenied ? [true, 403] : [false, 200]);
});

test('a DENY policy denies the call, and the finding names it', () => {
  const deny = (rule: object) => denied(policy('no-shop', 'money', { ...OF_BANK, action: 'DENY', rules: [rule] }));
  expect(deny(source({ namespaces: ['shop'] }))).toEqual({
    message: 'web calls bank, and money/no-shop denies it, so it gets 403.',
    status: 403,
  });
  expect(deny({ ...source({ namespaces: ['shop'] }), to: [{ operation: { methods: ['POST'] } }] }).message).toBe(
    undefined,
  );
});

test('a dry run denies nothing', () => {
  expect(denied(policy('p', 'money', {}, { 'istio.io/dry-run': 'true' }))).toEqual({ message: undefined, status: 200 });
  expect(denied(policy('p', 'money', {}))).toEqual({
    message: 'web calls bank, and no rule of money/p matches, so it gets 403.',
    status: 403,
  });
});

test('a caller without a proxy has no identity', () => {
  const objects = (labels: object) => [
    ...NAMESPACES,
    ...workload('web', 'shop', ['http://bank.money:80/'], { labels: { app: 'web', ...labels } }),
    ...workload('bank', 'money'),
    policy('p', 'money', { ...OF_BANK, rules: [source({ namespaces: ['shop'] })] }),
  ];
  expect(findings('CallWithoutGrant', objects({}))).toEqual([]);
  expect(findings('CallWithoutGrant', objects({ 'sidecar.istio.io/inject': 'false' }))).toHaveLength(1);
});

test('a policy for the Service is for its waypoint, which sidecars do not have', () => {
  const waypoint = policy('p', 'money', {
    targetRefs: [{ group: '', kind: 'Service', name: 'bank' }],
    rules: [source({ namespaces: ['money'] })],
  });
  expect(denied(waypoint)).toEqual({ message: undefined, status: 200 });
  const ambient = BANK.map(
    each =>
      JSON.parse(
        JSON.stringify(each).replaceAll('"istio-injection":"enabled"', '"istio.io/dataplane-mode":"ambient"'),
      ) as object,
  );
  expect(findings('CallWithoutGrant', [...ambient, waypoint])).toHaveLength(1);
});

test.each<[string, object, number]>([
  ['one of another namespace', source({ principals: ['cluster.local/ns/gone/sa/gone'] }), 1],
  ['any of a namespace', source({ namespaces: ['gone'] }), 0],
  ['a pattern', source({ principals: ['*/sa/gone'] }), 0],
  ['an address', source({ ipBlocks: ['10.0.0.0/8'] }), 0],
])('a service whose policies allow %s', (_name, rule, count) => {
  const objects = [...NAMESPACES, ...workload('bank', 'money'), policy('p', 'money', { ...OF_BANK, rules: [rule] })];
  expect(findings('UnreachedService', objects)).toHaveLength(count);
});

test('a service account that a policy allows is a permission of its workloads', () => {
  const sidecar = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { workloadSelector: { labels: { app: 'web' } }, egress: [{ hosts: ['./cart.shop.svc.cluster.local'] }] },
  };
  const superfluous = (value: string, annotations: object = {}) =>
    findings('GrantWithoutCall', [
      ...NAMESPACES,
      ...workload('web', 'shop'),
      ...workload('bank', 'money'),
      sidecar,
      policy('p', 'money', { ...OF_BANK, rules: [source({ serviceAccounts: [value] })] }, annotations),
    ]).length;
  expect([
    superfluous('shop/web'),
    superfluous('web'),
    superfluous('shop/web', { 'istio.io/dry-run': 'true' }),
  ]).toEqual([1, 0, 0]);
});

describe('as the traffic simulator has it', () => {
  const condition = fc.oneof(
    fc.record({
      principals: fc.constantFrom(['cluster.local/ns/shop/sa/web'], ['*/sa/web'], ['cluster.local/ns/money/*']),
    }),
    fc.record({ notPrincipals: fc.constantFrom(['*/sa/web'], ['*/sa/bank']) }),
    fc.record({ namespaces: fc.constantFrom(['shop'], ['mon*'], ['*']) }),
    fc.record({ notNamespaces: fc.constantFrom(['shop'], ['money']) }),
    fc.record({ serviceAccounts: fc.constantFrom(['web'], ['shop/web'], ['bank']) }),
    fc.record({ trustDomains: fc.constantFrom(['cluster.local'], ['other']) }),
    fc.record({ ipBlocks: fc.constantFrom(['10.0.0.0/8']) }),
    fc.record({ requestPrincipals: fc.constant(['*']) }),
  );
  const rule = fc.record({
    from: fc.option(
      fc.array(
        fc.tuple(condition, condition).map(([a, b]) => ({ source: { ...a, ...b } })),
        { minLength: 1, maxLength: 2 },
      ),
      { nil: undefined },
    ),
    to: fc.option(
      fc.constantFrom(
        [{ operation: { methods: ['GET'] } }],
        [{ operation: { paths: ['/a*'] } }],
        [{ operation: { notMethods: ['GET', 'POST'] } }],
        [{ operation: { ports: ['8080'] } }],
      ),
      { nil: undefined },
    ),
  });
  const policies = fc.array(
    fc.record({
      namespace: fc.constantFrom('money', 'istio-system', 'shop'),
      selects: fc.boolean(),
      action: fc.constantFrom('ALLOW', 'ALLOW', 'DENY', 'AUDIT'),
      rules: fc.array(rule, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 3 },
  );

  test('every request of a call that is reported gets 403', () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom('GET', 'POST', 'DELETE'),
        fc.constantFrom('/', '/a', '/ab'),
        fc.constantFrom('10.0.0.1', '192.0.2.1'),
        (given, method, path, address) => {
          const objects = [
            ...BANK,
            ...given.map(({ namespace, selects, action, rules }, index) =>
              policy(`p${index}`, namespace, { ...(selects ? OF_BANK : {}), action, rules }),
            ),
          ];
          const isReported = findings('CallWithoutGrant', objects).some(each => /calls bank/.test(each.message));
          const { outcomes } = Traffic.of(manifestsOf(objects))
            .from('web')
            .http(`${method} http://bank.money${path}`, { address });
          const isDenied = outcomes.every(each => each.status === 403);
          expect(isReported && !isDenied).toBe(false);
          // Without conditions on the request the two say the same.
          if (
            given.every(({ rules }) => rules.every(each => !each.to && !/ipBlocks|request/.test(JSON.stringify(each))))
          ) {
            expect(isReported).toBe(isDenied);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('an address that decides is no reason for a finding', () => {
    const objects = [...BANK, policy('p', 'money', { ...OF_BANK, rules: [source({ ipBlocks: ['10.0.0.0/8'] })] })];
    expect(findings('CallWithoutGrant', objects)).toEqual([]);
    expect(() => Traffic.of(manifestsOf(objects)).from('web').http('GET http://bank.money/')).toThrow(Unsimulated);
  });
});
