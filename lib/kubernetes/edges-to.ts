import type { Edge, Service, Topology } from '../topology';

/** Whether routes of edges lead to a service. */
export function isRouted({ edges }: Topology, service: Service): boolean {
  return edges.some(({ routes }) => routes.some(each => each.service === service));
}

/** The edge whose gateway authorizes or counts its requests by a service; undefined if there is none. */
export function edgeDecidedBy({ edges }: Topology, service: Service): Edge | undefined {
  return edges.find(
    ({ authorizers, rateLimiter }) => rateLimiter === service || authorizers.some(each => each.service === service),
  );
}
