import { parseDocuments } from './documents';
import type { Field } from './resource';
import { ManifestError } from './manifest-error';

/** The YAML or JSON document in the text of a field. Empty if the text is not one. */
export function embedded(field: Field): Field {
  return field.replaced(embeddedValue(field.text));
}

/** The value of such a text. */
export function embeddedValue(text: string): unknown {
  // The parser needs as long for no text as for a small document, and most Pods have no such annotation.
  if (text === '') {
    return undefined;
  }
  try {
    const [document, ...others] = parseDocuments(text, '');
    return others.length === 0 ? document?.value : undefined;
  } catch (error) {
    if (error instanceof ManifestError) {
      return undefined;
    }
    throw error;
  }
}
