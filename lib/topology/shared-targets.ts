import type { Operation } from './operation';
import type { Port } from './port';
import { ValidationError } from './validation-error';

/** What a caller may send to a port; undefined operations are all. */
interface Access {
  readonly port: Port;
  readonly allowedOperations?: readonly Operation[];
}

/**
 * Rejects two protocols for one port of pods with a proxy: it handles connections by one of them, and policies for
 * connections would allow all requests.
 */
export function requireOneProtocolForEachTarget(path: string, ports: readonly Port[]): void {
  for (const port of ports) {
    const other = ports.find(each => sharesTarget(each, port) && each.protocol !== port.protocol);
    if (other) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          `Ports ${port.number} and ${other.number} are port ${port.target} of its pods, as ${port.protocol} and `
          + `${other.protocol}: a proxy handles it as one of them, with the policies of both.`,
        fix: 'Give both one protocol or each a `target` of its own, or declare `inMesh: false`.',
      });
    }
  }
}

/** Rejects access to one port of the pods with different operations: policies would allow those of both. */
export function rejectOtherOperationsOfTarget(path: string, added: Access, others: readonly Access[]): void {
  const other = others.find(
    each =>
      sharesTarget(each.port, added.port) && requestsOf(each.allowedOperations) !== requestsOf(added.allowedOperations),
  );
  if (other) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `Ports ${other.port.number} and ${added.port.number} are port ${added.port.target} of the pods, where policies `
        + 'would allow the operations of both on each.',
      fix: 'Give both the same `allowedOperations`, leave out one of the two, or give each port a `target` of its own.',
    });
  }
}

/** Rejects plain text on a port of the pods that has another port in front, which would accept it as well. */
export function rejectPlaintextOfTarget(path: string, port: Port, ports: readonly Port[]): void {
  const other = ports.find(each => sharesTarget(each, port));
  if (other) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary:
        `Ports ${port.number} and ${other.number} are port ${port.target} of the pods, so both would accept connections `
        + 'without mutual TLS.',
      fix: `Give port ${port.number} a \`target\` of its own, or leave out port ${other.number}.`,
    });
  }
}

function sharesTarget(one: Port, other: Port): boolean {
  return one.number !== other.number && one.target === other.target;
}

function requestsOf(operations: readonly Operation[] | undefined): string {
  return JSON.stringify(operations?.map(each => each.requests).sort());
}
