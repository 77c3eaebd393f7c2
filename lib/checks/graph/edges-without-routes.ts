import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Edges without routes: a gateway, and perhaps a load balancer, that answers every request with 404. */
export function edgesWithoutRoutes({ edges }: Topology): SynthesisFinding[] {
  return edges
    .filter(edge => edge.rules.length === 0 && edge.connections.length === 0)
    .map(({ path }) => ({
      id: 'NoRoutes',
      severity: Severity.ERROR,
      path,
      message: 'The edge has no routes, so its gateway would answer every request with 404.',
      fix: 'Declare its routes with `edge.route(…)`, or remove the edge.',
    }));
}
