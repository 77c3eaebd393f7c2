import { suggestion } from '../topology';

export { isSlip, suggestion } from '../topology';

/** The error message for an invalid value of an option. */
export function noneOf(option: string, value: string, values: readonly string[]): string {
  return `${option} ${value} is not one of ${values.join(', ')}.${suggestion(value, values)}`;
}
