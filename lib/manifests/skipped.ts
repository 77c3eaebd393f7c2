import { counted } from './counted';
import type { ManifestError } from './manifest-error';

/** What was found and is not checked. */
export interface Skipped {
  /** Files by what they are for. */
  readonly purposes: Map<string, Set<string>>;
  /** The folders of Helm charts that are not rendered, with the number of their files. */
  readonly charts: Map<string, number>;
  /** The folders of kustomizations that are not built, with what of them is not applied. */
  readonly kustomizations: Map<string, readonly string[]>;
}

/** What patches are, and what is beside a kustomization, as a purpose of files. */
export const PATCHES = 'patches of Kustomize, or not listed by it';
/** What templates are, as a purpose of files. */
export const TEMPLATES = 'templates, which are YAML once they are rendered';

/** What folders of test data are for. */
export const TEST_DATA = 'input of tests; pass one to check it';

/** Parts of kustomizations that add no objects. */
const CHANGES = /^(patches|name (prefixes|suffixes)|replacements|variables)$/;

/** The files and folders that may have objects, and were not read. */
export function unreadOf({ purposes, charts, kustomizations }: Skipped, errors: readonly ManifestError[]): string[] {
  return [
    ...charts.keys(),
    ...[...kustomizations].filter(([, left]) => !left.every(each => CHANGES.test(each))).map(([folder]) => folder),
    ...(purposes.get(TEMPLATES) ?? []),
    ...errors.map(each => each.file),
  ];
}

const MOST = 5;

/** A sentence for each chart, each kustomization, and each kind of file. */
export function notesOf({ purposes, charts, kustomizations }: Skipped): string[] {
  return [
    ...[...charts].map(
      ([folder, files]) =>
        `${folder}: this Helm chart (${counted(files, 'file')}) is not rendered. Pass --build, or pipe it: `
        + `helm template ${folder} | cdk8s-cardinal check -`,
    ),
    ...[...kustomizations].map(
      ([folder, left]) =>
        `${folder}: ${listed(left)} of this kustomization are not applied. Pass --build, or pipe it: `
        + `kubectl kustomize ${folder} | cdk8s-cardinal check -`,
    ),
    ...[...purposes].map(
      ([purpose, files]) =>
        `${counted(files.size, purpose === TEST_DATA ? 'folder' : 'file')} skipped (${purpose}): ${listed([...files])}`,
    ),
  ];
}

function listed(names: readonly string[]): string {
  const [last = '', ...others] = [...names].reverse();
  return names.length > MOST + 1
    ? `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`
    : others.length === 0
      ? last
      : `${others.reverse().join(', ')} and ${last}`;
}
