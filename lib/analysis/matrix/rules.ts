import { ConfigError, type Schema, violationsOf } from '../../checks';
import { isMap, ManifestError, parseDocuments, type Path, type Place, type Source } from '../../manifests';

/** What a rule states of the callers and callees that it selects. */
type Expectation = 'deny' | 'allow' | 'allowSome';

/** A rule about which callers reach which callees. */
export interface ReachRule {
  readonly name: string;
  readonly expectation: Expectation;
  readonly from: Selector;
  readonly to: Selector;
  readonly place: Place;
}

/** Selects callers or callees: those that have all of what it has. */
export interface Selector {
  readonly internet?: boolean;
  readonly namespace?: string;
  readonly workload?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly port?: number;
  readonly except?: Selector;
}

/** The rules of a file. Throws a {@link ConfigError} with all that is wrong, and where. */
export function parseRules(text: string, file: string): readonly ReachRule[] {
  const [document, another] = parseDocuments(text, file);
  if (!document || another) {
    throw new ConfigError([new ManifestError(file, 1, 1, 'The rules are one YAML document that is not empty.')]);
  }
  const { value, source } = document;
  const violations = violationsOf(value, SCHEMA);
  if (violations.length > 0) {
    throw new ConfigError(violations.map(({ path, problem }) => errorAt(source, path, problem)));
  }
  const written = value as Written;
  return written.rules.map((rule, index) => ruleOf(rule, index, source));
}

/** What {@link SCHEMA} permits. */
interface Written {
  readonly rules: readonly WrittenRule[];
}

interface WrittenRule extends Partial<Record<Expectation, { readonly from: Selector; readonly to: Selector }>> {
  readonly name: string;
}

const EXPECTATIONS: readonly Expectation[] = ['deny', 'allow', 'allowSome'];

const TEXT: Schema = { type: 'string', minLength: 1 };
const SELECTOR: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    namespace: TEXT,
    workload: TEXT,
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
};
const BOTH: Schema = {
  type: 'object',
  required: ['from', 'to'],
  additionalProperties: false,
  properties: {
    from: withExcept({ internet: { enum: [true, false] } }),
    to: withExcept({ host: TEXT, port: { type: 'number' } }),
  },
};
const SCHEMA: Schema = {
  type: 'object',
  required: ['rules'],
  additionalProperties: false,
  properties: {
    rules: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name'],
        additionalProperties: false,
        properties: { name: TEXT, deny: BOTH, allow: BOTH, allowSome: BOTH },
      },
    },
  },
};

function withExcept(more: Readonly<Record<string, Schema>>): Schema {
  const properties = { ...SELECTOR.properties, ...more };
  return { ...SELECTOR, properties: { ...properties, except: { ...SELECTOR, properties } } };
}

function ruleOf(rule: WrittenRule, index: number, source: Source): ReachRule {
  const path = ['rules', index];
  const [expectation, ...others] = EXPECTATIONS.filter(each => isMap(rule[each]));
  const written = expectation && rule[expectation];
  if (!expectation || !written || others.length > 0) {
    throw new ConfigError([errorAt(source, path, 'A rule has one of deny, allow and allowSome.')]);
  }
  return { name: rule.name, expectation, from: written.from, to: written.to, place: source.locate(path) };
}

function errorAt(source: Source, path: Path, problem: string): ManifestError {
  const { file, line, column } = source.locate(path);
  return new ManifestError(file, line, column, problem);
}
