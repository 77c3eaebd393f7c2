import { MODEL_ERRORS } from '../topology';
import { Severity } from './finding';
import { SYNTHESIS_CODES } from './graph/codes';
import { CHECKS, UNREADABLE_MANIFEST, UNUSED_SUPPRESSION } from './manifests';
import { TEMPLATE_CODES } from './templates/codes';

/** What prints a code. */
export enum CodeKind {
  /** A check on manifests, by `cardinal check`. */
  CHECK = 'check',
  /** A limit of managed APIs in a CloudFormation template, by `checkTemplate`. */
  TEMPLATE = 'template',
  /** A finding on a topology, by a TopologyChart or a construct of the AWS CDK. */
  SYNTHESIS = 'synthesis',
  /** An error of a declaration, thrown at its line. */
  MODEL = 'model',
}

/** A code that this package prints, and what it means. */
export interface CatalogueEntry {
  /** The code. Of one kind there is one entry with it. */
  readonly id: string;
  /** What has the code: a check, a template limit, a finding of synthesis or an error of the model. */
  readonly kind: CodeKind;
  /** The severity of its findings; errors of the model are always errors. */
  readonly severity: Severity;
  /** What was found, as a title without a full stop. */
  readonly summary: string;
  /** Why it matters and what to do. */
  readonly explanation: string;
  /** The codes of `istioctl analyze` (IST…) and Kiali (KIA…) for the same. */
  readonly covers: readonly string[];
}

/** Every code that this package prints: checks, limits of templates, findings of synthesis, errors of the model. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  ...[...CHECKS, UNREADABLE_MANIFEST, UNUSED_SUPPRESSION].map(({ id, severity, covers, summary, explanation }) => ({
    id,
    kind: CodeKind.CHECK,
    severity,
    summary,
    explanation,
    covers,
  })),
  ...TEMPLATE_CODES.map(each => ({ ...each, kind: CodeKind.TEMPLATE, severity: Severity.ERROR, covers: [] })),
  ...SYNTHESIS_CODES.map(each => ({ ...each, kind: CodeKind.SYNTHESIS, covers: [] })),
  ...MODEL_ERRORS.map(each => ({ ...each, kind: CodeKind.MODEL, severity: Severity.ERROR, covers: [] })),
];

/** The entries with this code, or that cover this code of another tool, in any case: a code may be of several kinds. */
export function entriesNamed(name: string, catalogue = CATALOGUE): readonly CatalogueEntry[] {
  return catalogue.filter(({ id, covers }) => [id, ...covers].some(each => each.toLowerCase() === name.toLowerCase()));
}

/** All names of the catalogue: codes, and codes of other tools. */
export const CODE_NAMES: readonly string[] = [...new Set(CATALOGUE.flatMap(({ id, covers }) => [id, ...covers]))];

/** The codes of a kind as rows of a table in Markdown. */
export function codeTable(kind: CodeKind): string {
  const ofKind = CATALOGUE.filter(each => each.kind === kind);
  const rows = ofKind.map(({ id, severity, summary }) => `| ${id} | ${severity} | ${summary} |`);
  return ['| code | severity | meaning |', '|---|---|---|', ...rows].join('\n');
}
