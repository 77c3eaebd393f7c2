import { requireDeclared } from './declared';
import type { ITopology } from './references';
import { Service } from './service';
import { ValidationError } from './validation-error';

/** Rejects a service of another topology as the backend of an edge. */
export function requireOwnService(
  edge: { readonly path: string; readonly topology: ITopology },
  operation: string,
  service: Service,
): void {
  const path = `${edge.path}/${operation}`;
  requireDeclared(path, 'The service', service, Service);
  if (service.topology !== edge.topology) {
    throw new ValidationError({
      code: 'ForeignService',
      path,
      summary: `${service.name} belongs to the topology "${service.topology.name}".`,
      fix: 'Declare the edge in the topology of its services.',
    });
  }
}
