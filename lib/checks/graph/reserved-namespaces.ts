import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/**
 * Namespaces of the control plane or of the whole mesh in which a topology would have workloads, or which it would own. Policies in the root
 * namespace of a mesh hold in every namespace, even those with a selector.
 */
export function reservedNamespaces({ name, ownNamespaces, services, edges }: Topology, reserved: readonly string[]): SynthesisFinding[] {
  const places = [
    ...ownNamespaces.map(namespace => ({ path: name, namespace })),
    ...services.filter(each => !each.exists).map(({ path, namespace }) => ({ path, namespace })),
    ...edges.map(({ path, namespace }) => ({ path, namespace })),
  ];
  return places.filter(({ namespace }) => reserved.includes(namespace)).map(({ path, namespace }) => ({
    id: 'ReservedNamespace',
    severity: Severity.ERROR,
    path,
    message: `The namespace ${namespace} is that of a control plane or the root namespace of the mesh: policies there would cut off what `
      + 'runs there, or hold in every namespace.',
    remedy: 'Give it a namespace of its own.',
  }));
}
