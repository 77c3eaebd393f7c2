import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Services whose pods may connect to any address outside the cluster. */
export function openEgress({ services }: Topology): SynthesisFinding[] {
  return services
    .filter(({ isForeign, objects }) => !isForeign && objects.outboundTraffic?.isAny)
    .map(({ path, name, objects }) => ({
      id: 'OpenEgress',
      severity: Severity.WARNING,
      path,
      message:
        `The pods of ${name} may connect to any address outside the cluster (${objects.outboundTraffic?.reason ?? ''}): `
        + 'data can be sent to undeclared hosts, and past egress gateways, without policies and metrics of these hosts.',
      fix: 'Declare the hosts with `addExternalService` and remove `outboundTraffic`, or accept the finding with the reason.',
    }));
}

/** Services whose AuthorizationPolicies are evaluated and not enforced. */
export function dryRuns({ services }: Topology): SynthesisFinding[] {
  return services
    .filter(({ objects }) => objects.authorizationDryRun !== undefined)
    .map(({ path, name, objects }) => ({
      id: 'AuthorizationDryRun',
      severity: Severity.WARNING,
      path,
      message:
        `The AuthorizationPolicies of ${name} are a dry run (${objects.authorizationDryRun ?? ''}): every identity of `
        + 'the mesh may call it, from every pod of the cluster, without the declared operations and tokens.',
      fix: 'Declare the calls that the logs report as denied, and remove `authorizationDryRun`.',
    }));
}

/** Ports without mutual TLS in the mesh. */
export function plaintextPorts({ services }: Topology): SynthesisFinding[] {
  return services.flatMap(({ path, name, objects }) =>
    (objects.portsWithoutMutualTls ?? []).map(({ port, reason }) => ({
      id: 'PlaintextPort' as const,
      severity: Severity.WARNING,
      path,
      message:
        `Port ${port} of ${name} has no mutual TLS (${reason}): its connections can be read and changed in the network, `
        + 'and every pod that a NetworkPolicy allows is allowed by the AuthorizationPolicy.',
      fix: 'Add the callers to the mesh and remove `portsWithoutMutualTls`, or accept the finding with the reason.',
    })),
  );
}
