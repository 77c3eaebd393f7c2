import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Namespaces of the control plane or of the whole mesh in which a topology places workloads, or which it owns. Policies
 * in the root namespace of a mesh apply in every namespace, even those with a selector.
 */
export function reservedNamespaces(
  { name, ownNamespaces, services, edges }: Topology,
  reserved: readonly string[],
): SynthesisFinding[] {
  const places = [
    ...ownNamespaces.map(namespace => ({ path: name, namespace })),
    ...services.filter(each => !each.exists).map(({ path, namespace }) => ({ path, namespace })),
    ...edges.map(({ path, namespace }) => ({ path, namespace })),
  ];
  return places
    .filter(({ namespace }) => reserved.includes(namespace))
    .map(({ path, namespace }) => ({
      id: 'ReservedNamespace',
      severity: Severity.ERROR,
      path,
      message:
        `The namespace ${namespace} belongs to a control plane or is the root namespace of the mesh: `
        + 'policies there would block what '
        + 'runs there, or apply in every namespace.',
      fix: 'Use a dedicated namespace.',
    }));
}
