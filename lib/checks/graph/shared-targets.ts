import type { Service, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Ports for connections that are one port of the pods with a port for requests: policies name the port of the pods, so
 * that what may connect may send every request there, without tokens and beyond allowed operations.
 */
export function sharedTargets({ services }: Topology): SynthesisFinding[] {
  return services.filter(each => each.inMesh && !each.isForeign).flatMap(each => findingsOf(each));
}

function findingsOf(service: Service): SynthesisFinding[] {
  const { ports, path, auth } = service;
  const opened = ports.filter(port => !port.carriesRequests && accessesTo(service, port.number).length > 0);
  return opened.flatMap(port => {
    const guarded = ports.find(
      each =>
        each.carriesRequests
        && each.target === port.target
        && (auth !== undefined || accessesTo(service, each.number).some(access => access.allowedOperations)),
    );
    return guarded
      ? [
          {
            id: 'UnguardedOperations',
            severity: Severity.ERROR,
            path,
            message:
              `Ports ${guarded.number} and ${port.number} are port ${port.target} of its pods, where policies for `
              + `connections to port ${port.number} allow every request to port ${guarded.number}, without a token and `
              + 'beyond `allowedOperations`.',
            fix: `Give port ${port.number} a \`target\` of its own, or remove it.`,
          },
        ]
      : [];
  });
}

/** The calls and peers that a port of a service admits. */
function accessesTo({ incomingCalls, allowedPeers }: Service, number: number) {
  return [...incomingCalls, ...allowedPeers].filter(each => each.port.number === number);
}
