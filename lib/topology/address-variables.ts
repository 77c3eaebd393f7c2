import { requireEnvironmentVariable } from './names';
import { ValidationError } from './validation-error';
import type { ICallee } from './references';
import { requireNoNul } from './workload/texts';

const PLACEHOLDER = /\{([a-z]+)\}/g;
const PLACEHOLDERS = ['host', 'port'];

interface Texts {
  readonly addressEnvVar?: string;
  readonly addressEnvVars?: { readonly [name: string]: string };
}

/** The variables of a caller with the address of a callee: `{host}` and `{port}` of each text are replaced. */
export function addressVariablesOf(
  { addressEnvVar, addressEnvVars = {} }: Texts,
  host: string,
  port: number,
): { readonly [name: string]: string } {
  const texts = { ...(addressEnvVar === undefined ? {} : { [addressEnvVar]: '{host}:{port}' }), ...addressEnvVars };
  const values: Readonly<Record<string, string>> = { host, port: String(port) };
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text.replace(PLACEHOLDER, (placeholder, part: string) => values[part] ?? placeholder),
    ]),
  );
}

/** Rejects texts of variables that have neither the address of the callee nor that of one of its pods, or more. */
export function requireAddresses(
  path: string,
  addressEnvVars: { readonly [name: string]: string },
  { headlessService }: Pick<ICallee, 'headlessService'>,
): void {
  Object.entries(addressEnvVars).forEach(([name, text]) => {
    requireEnvironmentVariable(path, name);
    requireNoNul(path, [text]);
    const placeholders = [...text.matchAll(PLACEHOLDER)].flatMap(([, placeholder]) => placeholder ?? []);
    const unknown = placeholders.find(each => !PLACEHOLDERS.includes(each));
    const namesPod = headlessService !== undefined && text.includes(`.${headlessService}`);
    if (unknown !== undefined || (placeholders.length === 0 && !namesPod)) {
      throw new ValidationError({
        code: 'InvalidAddressText',
        path,
        summary:
          unknown === undefined
            ? `The text of ${name}, "${text}", has no part of the callee's address.`
            : `The text of ${name} has the placeholder {${unknown}}, which addresses do not have.`,
        fix: 'Use {host} and {port}, e.g. "http://{host}:{port}/api"; other variables belong in `env`.',
      });
    }
  });
}
