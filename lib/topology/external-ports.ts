import type { Call } from './call';
import { ExternalService } from './external';
import { type Port, Protocol } from './port';
import { ValidationError } from './validation-error';

/**
 * Refuses two hosts outside that nothing tells apart on one port. Their ServiceEntries have no addresses, so the proxy
 * of their caller goes by the `Host` header or by the name in TLS, which plain TCP has not: connections to one host
 * would reach the other.
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0134/
 */
export function rejectOnePortOutside(path: string, call: Call, others: readonly Call[]): void {
  const rival = others.find(
    ({ callee, port }) =>
      callee instanceof ExternalService
      && call.callee instanceof ExternalService
      && callee !== call.callee
      && port.number === call.port.number
      && !areToldApart(port, call.port),
  );
  if (rival) {
    throw new ValidationError({
      code: 'IndistinctHosts',
      path,
      summary:
        `${call.callee.name} and ${rival.callee.name} are both dialled on port ${call.port.number}, `
        + `as ${call.port.protocol} and ${rival.port.protocol}: nothing in such a connection names its host, `
        + 'so one could reach the other.',
      fix:
        'Use another port for one of them, `Port.tls` for both if the caller uses TLS from the first byte, '
        + 'or a service for each call.',
    });
  }
}

function areToldApart(one: Port, other: Port): boolean {
  return (
    (one.carriesRequests && other.carriesRequests) || (one.protocol === Protocol.TLS && other.protocol === Protocol.TLS)
  );
}
