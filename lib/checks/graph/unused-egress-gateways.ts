import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Egress gateways through which no service calls an external one. */
export function unusedEgressGateways({ egressGateways }: Topology): SynthesisFinding[] {
  return egressGateways
    .filter(({ listeners }) => listeners.length === 0)
    .map(({ path }) => ({
      id: 'UnusedEgressGateway',
      severity: Severity.ERROR,
      path,
      message: 'No service calls an external service through the egress gateway, so its pods would have no port.',
      fix: 'Declare `egressGateway` of an external service and a call of it, or remove the gateway.',
    }));
}
