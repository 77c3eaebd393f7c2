import type { Call } from './call';
import { ValidationError } from './validation-error';
import type { WorkloadProps } from './workload/workload-props';

/**
 * Rejects a call to a callee in the mesh over a port that the caller excludes from its proxy: the callee accepts mutual
 * TLS only.
 */
export function rejectBypass(path: string, { caller, callee, port }: Call, workloads: readonly WorkloadProps[]): void {
  const isInMesh = 'inMesh' in callee && callee.inMesh === true;
  if (isInMesh && workloads.some(({ proxy }) => proxy?.excludeOutboundPorts?.includes(port.number))) {
    throw new ValidationError({
      code: 'BypassedProxy',
      path,
      summary:
        `Connections of ${caller.name} to port ${port.number} do not pass its proxy, and ${callee.name} `
        + 'accepts mutual TLS only.',
      fix: `Leave ${port.number} out of \`proxy.excludeOutboundPorts\`, or use another port of the callee.`,
    });
  }
}
