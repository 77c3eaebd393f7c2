import { type CheckProps, checkObjects, defineCheck, problem, Severity } from '../../lib/checks/api';

const props: CheckProps = {
  id: 'MissingTeamLabel',
  severity: Severity.WARNING,
  summary: 'A Deployment has no label of its team',
  explanation: 'The team on call is found by the label.',
  *find(cluster) {
    for (const resource of cluster.resources.filter(({ kind, labels }) => kind === 'Deployment' && !labels.team)) {
      yield problem(resource.metadata.get('labels'), 'The Deployment has no label "team".', 'Add it.');
    }
  },
};
type Texts = Readonly<Record<string, string>>;
const deployment = (labels: Texts, annotations: Texts = {}) => [
  { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', labels, annotations } },
];

test('a check of your own reports its findings with the field', () => {
  const { findings } = checkObjects(deployment({}), { checks: [defineCheck(props)] });
  expect(findings).toEqual([
    expect.objectContaining({ id: 'MissingTeamLabel', severity: 'warning', field: 'metadata.labels', covers: [] }),
  ]);
  expect(checkObjects(deployment({ team: 'shop' }), { checks: [defineCheck(props)] }).findings).toEqual([]);
});

test('it is suppressed like any other', () => {
  const annotated = deployment({}, { 'cardinal.cdk8s.io/suppress': 'MissingTeamLabel: a tool of all teams' });
  const report = checkObjects(annotated, { checks: [defineCheck(props)] });
  expect([report.findings, report.suppressed.map(({ reason }) => reason)]).toEqual([[], ['a tool of all teams']]);
});

test.each<[string, object, RegExp]>([
  ['without a name', { id: undefined }, /^\[check\] The check has no id\./],
  ['with a blank summary', { summary: ' ' }, /The check has no summary\./],
  ['without an explanation', { explanation: undefined }, /The check has no explanation\./],
  ['with a name in another case', { id: 'missing-team' }, /"missing-team" cannot name a check\./],
  [
    'with a name of a check of the package',
    { id: 'UnknownSecret' },
    /The code "UnknownSecret" is one of cdk8s-cardinal's own\./,
  ],
  ['with a name of an error of the model', { id: 'NothingToCall' }, /is one of cdk8s-cardinal's own/],
  ['with a code of another tool', { id: 'IST0101' }, /is one of cdk8s-cardinal's own/],
  ['with a severity that there is not', { severity: 'fatal' }, /The severity is "fatal"\. Use error, warning, info\./],
  ['without a rule', { find: undefined }, /has no function `find`/],
  ['with a code that no tool has', { covers: ['W101'] }, /`covers` is not a list of codes/],
])('a check %s is rejected', (_name, change, message) => {
  expect(() => defineCheck({ ...props, ...change })).toThrow(message);
});
