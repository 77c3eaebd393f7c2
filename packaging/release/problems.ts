/** A version that is about to be published, with the state of its repository. */
export interface Release {
  readonly version: string;
  /** `version` and `repository` of package.json. */
  readonly manifest: { readonly version?: string; readonly repository?: unknown };
  readonly changelog: string;
  /** Paths that differ from the last commit. */
  readonly uncommitted: readonly string[];
  /** Tags of versions, the latest last. */
  readonly tags: readonly string[];
  /** Snapshots of rendered examples that differ from those of the latest tag. */
  readonly changedOutput: readonly string[];
}

/** The heading under which the changelog lists what a version renders differently. */
const RENDERED = '### Rendered output';

/** Why a version cannot be published; empty if it can. */
export function problemsOf(release: Release): string[] {
  const { version, manifest, uncommitted, tags, changedOutput } = release;
  const notes = notesOf(release);
  return [
    ...problem(!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version), `"${version}" is not a semantic version such as 1.2.0.`),
    ...problem(manifest.version !== version, `package.json has version ${manifest.version}. Set ${version} there.`),
    ...problem(uncommitted.length > 0, `Uncommitted changes: ${uncommitted.join(', ')}. Commit them.`),
    ...problem(tags.includes(`v${version}`), `The tag v${version} exists. Publish another version.`),
    ...problem(notes === '', `CHANGELOG.md has no entries under "## [${version}]". Move those of Unreleased there.`),
    ...problem(
      changedOutput.length > 0 && !notes.includes(RENDERED),
      `${changedOutput.join(', ')} differ from ${tags.at(-1)}, and CHANGELOG.md has no "${RENDERED}" under `
        + `"## [${version}]". List there what the version renders differently, and why.`,
    ),
  ];
}

/** Why npm would refuse the provenance of a version. */
export function provenanceProblems(manifest: Release['manifest'], env: NodeJS.ProcessEnv): string[] {
  const inCi = [env.ACTIONS_ID_TOKEN_REQUEST_URL, env.SIGSTORE_ID_TOKEN].some(Boolean);
  return [
    ...problem(
      !inCi,
      'Provenance needs an identity of the CI: run this in GitHub Actions with `id-token: write`, or in GitLab CI with '
        + 'an `id_tokens` entry SIGSTORE_ID_TOKEN.',
    ),
    ...problem(
      !manifest.repository,
      'package.json has no `repository`, which npm compares with the repository of the CI. Set it to that address.',
    ),
  ];
}

const problem = (applies: boolean, text: string): string[] => (applies ? [text] : []);

/** What the changelog has under the heading of the version, up to the next version. */
function notesOf({ changelog, version }: Release): string {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find(each => each.startsWith(`[${version}]`)) ?? '';
  return section.slice(section.indexOf('\n') + 1).trim();
}
