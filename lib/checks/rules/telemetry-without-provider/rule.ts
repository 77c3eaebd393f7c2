import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'TelemetryWithoutProvider',
  severity: Severity.WARNING,
  covers: ['IST0157'],
  summary: 'A Telemetry enables access logs without a provider, and the mesh has no default one',
  explanation: 'Its access logging is ignored.',
  *find(cluster) {
    if ((cluster.mesh.get('defaultProviders', 'accessLogging')?.items.length ?? 0) > 0) {
      return;
    }
    for (const telemetry of cluster.all(Kind.TELEMETRY)) {
      for (const logging of telemetry.spec
        .get('accessLogging')
        .items.filter(each => !each.get('disabled').isTrue && each.get('providers').items.length === 0)) {
        yield problem(
          logging,
          'No provider is set and the mesh has no default one, so nothing is logged.',
          'Set a provider, e.g. `providers: [{ name: envoy }]`.',
        );
      }
    }
  },
};
