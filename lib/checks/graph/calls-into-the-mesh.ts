import type { Call, Topology } from '../../topology';
import { Service } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Calls across the mesh boundary that cannot work: a caller without a proxy has no identity, so STRICT mutual TLS
 * rejects it; a callee without a proxy cannot distinguish operations.
 */
export function callsIntoTheMesh(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(caller => caller.outgoingCalls.flatMap(call => findingOf(call)));
}

function findingOf(call: Call): SynthesisFinding[] {
  const { caller, callee } = call;
  if (!(callee instanceof Service)) {
    return [];
  }
  const path = `${caller.path} → ${callee.name}`;
  if (!caller.inMesh && callee.inMesh && !callee.isPlaintext(call.port)) {
    return [
      {
        id: 'CallerOutsideMesh',
        severity: Severity.ERROR,
        path,
        message: `${caller.name} has no proxy, so ${callee.name}, which requires mutual TLS, closes its connections.`,
        fix: `Add ${caller.name} to the mesh, or remove ${callee.name} from it.`,
      },
    ];
  }
  if (call.allowedOperations && !callee.inMesh) {
    return [
      {
        id: 'UnguardedOperations',
        severity: Severity.ERROR,
        path,
        message: `${callee.name} has no proxy to enforce \`allowedOperations\`, so every operation would be allowed.`,
        fix: `Add ${callee.name} to the mesh, or remove \`allowedOperations\`.`,
      },
    ];
  }
  return [];
}
