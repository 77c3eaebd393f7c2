import type { ServiceObjects, Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** The settings of objects that are rendered for the pods of others in owned namespaces only. */
const SETTINGS = [
  'authorizationDryRun',
  'deniedOperations',
  'headless',
  'outboundTraffic',
  'portsWithoutMutualTls',
  'proxyExtensions',
  'serviceMetadata',
  'serviceType',
  'slo',
  'telemetry',
  'trafficDistribution',
] as const satisfies readonly (keyof ServiceObjects)[];

/** Services with settings for whose pods nothing is rendered. */
export function unappliedSettings(topology: Topology): SynthesisFinding[] {
  return topology.services
    .filter(({ isForeign }) => isForeign)
    .flatMap(({ path, name, namespace, objects }) => {
      const inherited = objects.outboundTraffic === topology.outboundTraffic ? 'outboundTraffic' : undefined;
      const given = SETTINGS.filter(each => objects[each] !== undefined && each !== inherited);
      return given.length === 0
        ? []
        : [
            {
              id: 'UnappliedSettings' as const,
              severity: Severity.ERROR,
              path,
              message:
                `${name} exists in namespace ${namespace}, which the topology does not own: its owner manages its `
                + `objects, so ${given.join(', ')} would have no effect.`,
              fix: `Remove these settings, or own the namespace: \`topology.addNamespace('${namespace}')\`.`,
            },
          ];
    });
}
