import type { Port } from './port';
import { ValidationError } from './validation-error';

/** Rejects two ports of one number or name. */
export function requireDistinctPorts(path: string, ports: readonly Port[]): void {
  ports.forEach((port, index) => {
    const earlier = ports.slice(0, index).find(other => other.number === port.number || other.name === port.name);
    if (earlier) {
      throw new ValidationError({
        code: 'DuplicatePort',
        path,
        summary:
          'Two ports have the '
          + `${earlier.number === port.number ? `number ${port.number}` : `name "${port.name}"`}.`,
        fix: "Give each port its own number and name, e.g. Port.http(8081, { name: 'admin' }).",
      });
    }
  });
}
