import { duplicate } from '../duplicate';
import { requireReason } from '../names';
import type { Port } from '../port';
import { ValidationError } from '../validation-error';

/** A port that accepts connections in plain text only. */
export interface PortWithoutMutualTls {
  /** The number of a TCP port of the service. */
  readonly port: number;
  /** The reason, which the warning PlaintextPort repeats. */
  readonly reason: string;
}

/** Rejects ports that the service does not have, and those at which policies would need the identities of callers. */
export function validatePortsWithoutMutualTls(
  path: string,
  ports: readonly Port[],
  declared: readonly PortWithoutMutualTls[],
  inMesh: boolean | undefined,
): void {
  if (inMesh === false || declared.length === 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: inMesh === false ? 'Without a proxy none of its ports has mutual TLS.' : 'The list of ports is empty.',
      fix: 'Leave `portsWithoutMutualTls` out.',
    });
  }
  declared.forEach(({ port: number, reason }, index) => {
    requireReason(
      path,
      `Port ${number} has no mutual TLS`,
      reason,
      'MySQL, which sends first, for callers without a proxy',
    );
    if (declared.findIndex(each => each.port === number) !== index) {
      throw duplicate(path, `Port ${number} is listed twice.`, 'List each port once.');
    }
    requireTcpPort(path, ports, number);
  });
}

function requireTcpPort(path: string, ports: readonly Port[], number: number): void {
  const port = ports.find(each => each.number === number);
  if (!port) {
    throw new ValidationError({
      code: 'UnknownPort',
      path,
      summary: `It has no port ${number}, so there is none without mutual TLS.`,
      fix: `Give one of its ports: ${ports.map(each => each.number).join(', ') || 'none is declared'}.`,
    });
  }
  const other = ports.find(each => each !== port && each.target === port.target);
  if (port.carriesRequests || other) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: other
        ? `Ports ${port.number} and ${other.number} are one port of the pods, and mutual TLS is enabled or disabled for both.`
        : `Port ${number} is ${port.protocol}: without mutual TLS its callers could not be distinguished by identity.`,
      fix: other
        ? 'Give the port a `target` of its own.'
        : 'Allow callers without a proxy by `allowFrom(peer, { plaintext: true })`: others keep mutual TLS.',
    });
  }
}
