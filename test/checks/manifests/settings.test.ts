import { checkObjects, type CheckOptions, parseConfig, Severity } from '../../../lib/checks';

const rule = (namespace: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: { name: 'web', namespace, annotations },
  spec: { hosts: ['web'], http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }] },
});
const ids = (options: CheckOptions, objects = [rule('shop')]) => {
  const { findings, suppressed, turnedOff } = checkObjects(objects, options);
  return {
    findings: findings.map(({ id, severity }) => `${severity} ${id}`),
    suppressed: suppressed.length,
    turnedOff,
  };
};
const severities = (...entries: [string, Severity | 'off'][]) => ({ severities: new Map(entries) });

test('a check has the severity that is set for it', () => {
  expect(ids({}).findings).toEqual(['error UnknownDestination']);
  expect(ids(severities(['UnknownDestination', Severity.INFO])).findings).toEqual(['info UnknownDestination']);
});

test('a check that is off finds nothing, and it is counted', () => {
  expect(ids(severities(['UnknownDestination', 'off']))).toEqual({ findings: [], suppressed: 0, turnedOff: 1 });
});

test(
  'a code sets the severity of the findings that have it, the most severe of several counts, and the '
    + "check's own comes first",
  () => {
    expect(ids(severities(['IST0101', Severity.WARNING])).findings).toEqual(['warning UnknownDestination']);
    expect(ids(severities(['IST0101', 'off'], ['KIA1101', Severity.INFO])).findings).toEqual([
      'info UnknownDestination',
    ]);
    expect(ids(severities(['IST0101', Severity.ERROR], ['UnknownDestination', 'off'])).findings).toEqual([]);
    expect(ids(severities(['IST0112', 'off'])).findings).toEqual(['error UnknownDestination']);
  },
);

test('a suppression of a check that is off is no unused one', () => {
  const accepted = [rule('shop', { 'cardinal.cdk8s.io/suppress': 'UnknownDestination: elsewhere' })];
  expect(ids(severities(['UnknownDestination', 'off']), accepted).findings).toEqual([]);
});

test('unused suppressions have a severity too, and can be off', () => {
  const accepted = [rule('shop', { 'cardinal.cdk8s.io/suppress': 'NoTimeout: why' })];
  expect(ids(severities(['UnusedSuppression', Severity.ERROR]), accepted).findings).toContain(
    'error UnusedSuppression',
  );
  expect(ids(severities(['UnusedSuppression', 'off']), accepted).findings).toEqual(['error UnknownDestination']);
});

test.each<[string, boolean]>([
  ['VirtualService shop/web', true],
  ['VirtualService shop/*', true],
  ['* shop/web', true],
  ['* *', true],
  ['V*ice s*p/w*b', true],
  ['VirtualService shop/we', false],
  ['VirtualService shop/webb', false],
  ['Service shop/web', false],
  ['* shop/web*b', false],
  ['VirtualService web', false],
  ['VirtualService shop/*bw*', false],
  ['VirtualService.shop/web', false],
  ['*web*web*', false],
])('a suppression for %s is of VirtualService shop/web: %s', (pattern, matches) => {
  const { suppressions } = parseConfig(
    'suppress: [{check: UnknownDestination, reason: elsewhere, objects: '
      + `[${JSON.stringify(pattern.includes(' ') ? pattern : 'x x')}]}]`,
    'cardinal.yaml',
  );
  const exact = suppressions.map(each => ({ ...each, objects: [pattern] }));
  expect(ids({ suppressions: exact }).suppressed).toBe(matches ? 1 : 0);
});

test('a suppression of the settings that accepts nothing has its place there', () => {
  const { suppressions } = parseConfig('suppress:\n- check: NoTimeout\n  reason: why\n', 'cardinal.yaml');
  const { findings } = checkObjects([rule('shop')], { suppressions });
  expect(findings.find(({ id }) => id === 'UnusedSuppression')).toMatchObject({
    file: 'cardinal.yaml',
    line: 2,
    column: 3,
  });
});
