import type { Call } from './call';
import { ValidationError } from './validation-error';

/**
 * Rejects a call to a callee in the mesh over a port that the caller excludes from its proxy: the callee accepts mutual
 * TLS only.
 */
export function rejectBypass(path: string, { caller, callee, port }: Call): void {
  const isInMesh = 'inMesh' in callee && callee.inMesh === true;
  const version = [...caller.versions.values()].find(({ workload }) =>
    workload.proxy?.excludeOutboundPorts?.includes(port.number),
  );
  if (isInMesh && version) {
    throw new ValidationError({
      code: 'BypassedProxy',
      path,
      summary:
        `Connections of ${version.deploymentName} to port ${port.number} do not pass its proxy, and ${callee.name} `
        + 'accepts mutual TLS only.',
      fix: `Leave ${port.number} out of \`proxy.excludeOutboundPorts\`, or use another port of the callee.`,
    });
  }
}
