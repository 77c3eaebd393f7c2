import type { Call, Topology } from '../../topology';
import { Service } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Calls across the border of the mesh that cannot work: a caller without a proxy has no identity, so STRICT mutual TLS refuses it;
 * a callee without a proxy cannot tell operations apart.
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
  if (!caller.inMesh && callee.inMesh) {
    return [{
      id: 'CallerOutsideMesh',
      severity: Severity.ERROR,
      path,
      message: `${caller.name} has no proxy, so ${callee.name}, which accepts mutual TLS only, closes its connections.`,
      remedy: `Take ${caller.name} into the mesh, or ${callee.name} out of it.`,
    }];
  }
  if (call.only && !callee.inMesh) {
    return [{
      id: 'UnguardedOperations',
      severity: Severity.ERROR,
      path,
      message: `${callee.name} has no proxy to tell operations apart, so \`only\` would let through everything.`,
      remedy: `Take ${callee.name} into the mesh, or leave \`only\` out.`,
    }];
  }
  return [];
}
