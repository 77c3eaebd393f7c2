import { problemsOf, provenanceProblems, type Release } from '../../packaging/release/problems';

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n## [1.2.0]\n\n### Added\n\n- A property.\n\n## [1.1.0]\n\n- More.\n';
const release = (given: Partial<Release> = {}): Release => ({
  version: '1.2.0',
  manifest: { version: '1.2.0' },
  changelog: CHANGELOG,
  uncommitted: [],
  tags: ['v1.1.0'],
  changedOutput: [],
  ...given,
});
const EXAMPLE = 'test/examples/__snapshots__/bookinfo.test.ts.snap';

test('a committed version with entries in the changelog can be published', () => {
  expect(problemsOf(release())).toEqual([]);
});

test('a first version has nothing to be compared with', () => {
  expect(problemsOf(release({ tags: [] }))).toEqual([]);
});

test.each<[string, Partial<Release>, RegExp]>([
  [
    'a version that is none',
    { version: '1.2', manifest: { version: '1.2' }, changelog: '## [1.2]\n\n- A.' },
    /1\.2\.0/,
  ],
  ['another version in package.json', { manifest: { version: '1.1.0' } }, /package\.json has version 1\.1\.0/],
  ['uncommitted changes', { uncommitted: ['lib/index.ts'] }, /Uncommitted changes: lib\/index\.ts/],
  ['a version that is published', { tags: ['v1.1.0', 'v1.2.0'] }, /The tag v1\.2\.0 exists/],
  ['a changelog without the version', { changelog: '## [Unreleased]\n\n- A.' }, /no entries under "## \[1\.2\.0\]"/],
  ['a changelog with an empty version', { changelog: '## [1.2.0]\n\n## [1.1.0]\n\n- A.' }, /no entries under/],
  [
    'other output of an example',
    { changedOutput: [EXAMPLE] },
    /bookinfo.* differ from v1\.1\.0.*"### Rendered output"/,
  ],
])('%s is the only problem', (_, given, message) => {
  expect(problemsOf(release(given))).toEqual([expect.stringMatching(message)]);
});

test('other output of an example can be published when the changelog lists it', () => {
  const changelog = CHANGELOG.replace('### Added', '### Rendered output\n\n- Labels.\n\n### Added');

  expect(problemsOf(release({ changedOutput: [EXAMPLE], changelog }))).toEqual([]);
  expect(
    problemsOf(release({ changedOutput: [EXAMPLE], changelog: `${CHANGELOG}### Rendered output\n` })),
  ).toHaveLength(1);
});

test.each([[{ ACTIONS_ID_TOKEN_REQUEST_URL: 'https://ci.example' }], [{ SIGSTORE_ID_TOKEN: 'token' }]])(
  'provenance needs an identity of the CI, such as %j, and a repository',
  env => {
    expect(provenanceProblems({ repository: 'github:a/b' }, env)).toEqual([]);
    expect(provenanceProblems({}, env)).toEqual([expect.stringContaining('no `repository`')]);
    expect(provenanceProblems({ repository: 'github:a/b' }, {})).toEqual([expect.stringContaining('id-token: write')]);
  },
);
