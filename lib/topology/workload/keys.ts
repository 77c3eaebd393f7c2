import { requireLabel } from '../names';
import { ValidationError } from '../validation-error';

/** Rejects what cannot be a key of a ConfigMap or Secret. */
export function requireConfigKey(path: string, key: string): void {
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key === '.' || key.startsWith('..')) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${key}" cannot be a key of a ConfigMap or Secret.`,
      fix: 'Use letters, digits, "-", "_" and ".".',
    });
  }
}

/** Rejects what cannot be the name of a label, of objects or of nodes. */
export function requireLabelName(path: string, label: string): void {
  requireLabel(path, label, '');
}

/** Rejects an annotation that Kubernetes rejects: its name is that of a label, its value any text. */
export function requireAnnotation(path: string, name: string, value: string): void {
  requireLabel(path, name.toLowerCase(), '');
  if (value.includes('\0')) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: `The annotation "${name}" contains NUL, which YAML cannot have.`,
      fix: 'Remove it.',
    });
  }
}
