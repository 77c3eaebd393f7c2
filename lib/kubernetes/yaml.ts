import { defineScalarTag, dump, DUMP_SCHEMA, intYaml11Tag, NOT_RESOLVED } from 'js-yaml';
import { Mistake } from '../topology';

/**
 * A value as a YAML document that kubectl reads as it was: the same bytes as cdk8s prints, in a third of the time, but with
 * quotes around all that some reader of YAML 1.1 or 1.2 could take for something other than text.
 * @param where what it is, for errors
 * @see https://github.com/kubernetes-sigs/yaml
 */
export function toYaml(value: unknown, where = ''): string {
  requirePrintable(value, '', where);
  return dump(value, { noRefs: true, lineWidth: -1, quoteStyle: 'double', schema: SCHEMA });
}

/**
 * What kubectl takes for a number, beyond the notations of YAML 1.1 and 1.2: it drops all underscores first, and knows the
 * prefixes of Go, in capitals as well.
 * @see https://github.com/yaml/go-yaml/blob/v2/resolve.go
 */
const GO_NUMBER = /^[-+]?(0b[-+]?[01]+|0o?[0-7]+|0x[0-9a-f]+|[0-9]+|([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?)$/i;

const goNumber = defineScalarTag('tag:yaml.org,2002:go-number', {
  implicit: true,
  implicitFirstChars: [...'+-._0123456789'],
  resolve: text => GO_NUMBER.test(text.replace(/_/g, '')) ? text : NOT_RESOLVED,
  identify: () => false,
});

/** Whole numbers above 2^53 have all their digits, which JavaScript would round. */
const exactInteger = {
  ...intYaml11Tag,
  represent: (value: unknown) => Number.isSafeInteger(value) ? String(value) : BigInt(Number(value)).toString(),
};

const SCHEMA = DUMP_SCHEMA.withTags(exactInteger, goNumber);

/** Refuses what JSON has no notation for, which no reader would give back. */
function requirePrintable(value: unknown, place: string, where: string): void {
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) {
      throw unprintable(`${where}${place}`, `The text ${JSON.stringify(value)}`, 'half of a surrogate pair, which is no Unicode', 'Correct the text.');
    }
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) {
      throw unprintable(`${where}${place}`, `The number ${String(value)}`, 'no finite number', 'Give a number.');
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      requirePrintable(key, place, where);
      requirePrintable(each, `${place}/${key}`, where);
    }
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function unprintable(where: string, what: string, why: string, remedy: string): Mistake {
  return new Mistake({ code: 'Unprintable', where: where || '/', problem: `${what} is or holds ${why}.`, remedy });
}
