import type { Port } from './port';
import type { Service } from './service';

/** A port of a service that an edge's gateway connects to. */
export interface Destination {
  /** The service behind the gateway. */
  readonly service: Service;
  /** The port of the service that the gateway connects to. */
  readonly port: Port;
}

/** Each of them once. */
export function distinctDestinations(all: readonly Destination[]): Destination[] {
  return [
    ...new Map(
      all.map(({ service, port }) => [`${service.namespace}/${service.name}:${port.number}`, { service, port }]),
    ).values(),
  ];
}
