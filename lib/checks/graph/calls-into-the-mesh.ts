import type { Call, Topology } from '../../topology';
import { Service } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Calls across the mesh boundary that cannot work: a caller without a proxy has no identity, so STRICT mutual TLS
 * rejects it; without a proxy nothing distinguishes the operations of a callee, or of an external service.
 */
export function callsIntoTheMesh(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(caller => caller.outgoingCalls.flatMap(call => findingOf(call)));
}

function findingOf(call: Call): SynthesisFinding[] {
  const { caller, callee } = call;
  const path = `${caller.path} → ${callee.name}`;
  if (!(callee instanceof Service)) {
    return call.allowedOperations && !caller.inMesh
      ? [
          {
            id: 'UnguardedOperations',
            severity: Severity.ERROR,
            path,
            message:
              `${caller.name} has no proxy, and ${callee.name} is outside the cluster: nothing enforces `
              + '`allowedOperations`.',
            fix: `Add ${caller.name} to the mesh, or remove \`allowedOperations\`.`,
          },
        ]
      : [];
  }
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
