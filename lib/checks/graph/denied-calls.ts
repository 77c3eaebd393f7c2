import type { Operation, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Operations that calls, routes of edges and callers outside the topology list, and that their callee denies to all. */
export function deniedCalls({ services, edges }: Topology): SynthesisFinding[] {
  return services.flatMap(callee => {
    const { name, incomingCalls, allowedPeers, objects } = callee;
    const denied = objects.deniedOperations ?? [];
    const uses: { readonly path: string; readonly operations?: readonly Operation[] }[] = [
      ...incomingCalls.map(({ caller, allowedOperations }) => ({
        path: `${caller.path} → ${name}`,
        operations: allowedOperations,
      })),
      ...allowedPeers.map(({ peer, allowedOperations }) => ({
        path: `${peer.name} → ${callee.path}`,
        operations: allowedOperations,
      })),
      ...edges
        .flatMap(edge => edge.routes)
        .filter(({ service }) => service === callee)
        .map(({ path, inside }) => ({ path, operations: [inside] })),
    ];
    return uses.flatMap(({ path, operations = [] }) =>
      operations
        .filter(each => denied.some(other => other.covers(each)))
        .map(each => ({
          id: 'DeniedCall',
          severity: Severity.ERROR,
          path,
          message: `${each.toString()} is allowed here, and \`deniedOperations\` of ${name} denies it to all callers.`,
          fix: `Leave the operation out here, or out of \`deniedOperations\` of ${name}.`,
        })),
    );
  });
}
