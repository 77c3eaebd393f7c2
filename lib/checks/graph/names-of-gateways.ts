import type { Service, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** What a controller makes under one name: the Service, the Deployment and the ServiceAccount of a gateway. */
export interface GatewayName {
  readonly path: string;
  /** The gateway in messages. */
  readonly title: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Names that two would have: a workload with the ServiceAccount of a gateway is admitted wherever the gateway is, and a
 * Service or Deployment of its name is overwritten by its controller.
 */
export function namesOfGateways({ services }: Topology, gateways: readonly GatewayName[]): SynthesisFinding[] {
  const taken = services.flatMap(namesOf);
  return gateways.flatMap((gateway, index) =>
    [...taken, ...gateways.slice(0, index)]
      .filter(other => other.namespace === gateway.namespace && other.name === gateway.name)
      .map(({ path }) => ({
        id: 'NameOfGateway',
        severity: Severity.ERROR,
        path,
        message:
          `"${gateway.name}" in the namespace ${gateway.namespace} names the Service, the Deployment and the `
          + `ServiceAccount of ${gateway.title}: what has the same name is overwritten, and `
          + 'admitted as the gateway is.',
        fix: 'Use another name.',
      })),
  );
}

function namesOf({ path, namespace, name, serviceAccount, versions }: Service): Omit<GatewayName, 'title'>[] {
  const names = new Set([name, serviceAccount, ...[...versions.values()].map(version => version.deploymentName)]);
  return [...names].map(each => ({ path, namespace, name: each }));
}
