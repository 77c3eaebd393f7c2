import { load, YAMLException } from 'js-yaml';
import type { Field } from './field';

/** The YAML or JSON document that stands in a field as text. What is none is empty. */
export function embedded(field: Field): Field {
  return field.replaced(embeddedValue(field.text));
}

/** The value of such a text. */
export function embeddedValue(text: string): unknown {
  try {
    return load(text, { maxAliases: 0, maxDepth: 100 });
  } catch (error) {
    if (error instanceof YAMLException) {
      return undefined;
    }
    throw error;
  }
}
