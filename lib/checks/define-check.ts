import { ValidationError } from '../topology';
import { CODE_NAMES } from './catalogue';
import { Severity } from './finding';
import type { Check } from './manifests';

/** Properties of {@link defineCheck}. */
export interface CheckProps extends Omit<Check, 'covers'> {
  /**
   * The codes of `istioctl analyze` and Kiali that it finds: they suppress it too.
   * @default - none
   */
  readonly covers?: readonly string[];
}

const DEFINED = Symbol.for('cdk8s-cardinal.Check');

/**
 * A check of your own, for `checkManifests` and for `plugins` of cardinal.yaml. Its name is in CamelCase and is that of
 * no other check and no code; it appears in reports, suppressions and settings like any other.
 * Throws a ValidationError for what a check cannot have.
 */
export function defineCheck(props: CheckProps): Check {
  const { id, severity, summary, explanation, covers = [], find } = props;
  const texts = { id, summary, explanation };
  const missing = Object.entries(texts).find(([, text]) => typeof text !== 'string' || text.trim() === '')?.[0];
  const where = `check ${typeof id === 'string' ? id : ''}`.trimEnd();
  const refuse = (problem: string, fix: string) =>
    new ValidationError({ code: 'InvalidCheck', path: where, summary: problem, fix });
  if (missing !== undefined) {
    throw refuse(`The check has no ${missing}.`, `Give \`${missing}\` as a text.`);
  }
  if (!/^[A-Z][A-Za-z0-9]{2,63}$/.test(id)) {
    throw refuse(
      `"${id}" cannot name a check.`,
      'Use 3 to 64 letters and digits in CamelCase, e.g. "MissingTeamLabel".',
    );
  }
  if (CODE_NAMES.some(each => each.toLowerCase() === id.toLowerCase())) {
    throw refuse(`The code "${id}" is one of cdk8s-cardinal's own.`, 'Choose another name.');
  }
  if (!Object.values(Severity).includes(severity)) {
    throw refuse(`The severity is ${JSON.stringify(severity)}.`, `Use ${Object.values(Severity).join(', ')}.`);
  }
  if (typeof find !== 'function') {
    throw refuse('The check has no function `find`.', 'Give one that yields problems of a Cluster.');
  }
  if (!Array.isArray(covers) || covers.some(each => !/^(IST|KIA)\d{4}$/.test(each))) {
    throw refuse(
      '`covers` is not a list of codes of istioctl analyze and Kiali.',
      'Write them as "IST0101" or "KIA1107", or leave it out.',
    );
  }
  const check: Check = { id, severity, covers, summary, explanation, find };
  Object.defineProperty(check, DEFINED, { value: true });
  return check;
}

/** Whether a value is a check of {@link defineCheck}, of whichever copy of this package. */
export function isDefinedCheck(value: unknown): value is Check {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, DEFINED);
}
