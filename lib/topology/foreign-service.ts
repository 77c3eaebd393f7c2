import type { ITopology } from './references';
import type { Service } from './service';
import { ValidationError } from './validation-error';

/** Rejects a service of another topology as the backend of an edge. */
export function requireOwnService(
  edge: { readonly path: string; readonly topology: ITopology },
  operation: string,
  service: Service,
): void {
  const path = `${edge.path}/${operation}`;
  if (service.topology !== edge.topology) {
    throw new ValidationError({
      code: 'ForeignService',
      path,
      summary: `${service.name} belongs to the topology "${service.topology.name}".`,
      fix: 'Declare the edge in the topology of its services.',
    });
  }
}
