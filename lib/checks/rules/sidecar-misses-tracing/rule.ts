import { type Cluster, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { egressFor, includes } from '../../manifests/calls/scopes';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'SidecarMissesTracing',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A Sidecar does not include the tracing backend',
  explanation:
    'The proxies cannot send their spans, so traces are silently incomplete. The backend is the provider '
    + 'of the mesh configuration to which a Telemetry refers; both must be among the manifests.',
  *find(cluster) {
    const backend = tracingBackend(cluster);
    const seen = new Set<string>();
    for (const workload of backend ? cluster.workloads.all : []) {
      const sidecar = egressFor(workload, cluster);
      if (
        sidecar
        && backend
        && !seen.has(sidecar.key)
        && !includes(sidecar, workload, backend.namespace, backend.host)
      ) {
        seen.add(sidecar.key);
        yield problem(
          sidecar.spec.get('egress'),
          `The proxies of ${workload.name} have no configuration for ${backend.host}, so they send no spans.`,
          `Add \`${backend.namespace}/${backend.host}\`.`,
        );
      }
    }
  },
};

/** The host and namespace of the tracing provider in use. */
function tracingBackend(cluster: Cluster): { host: string; namespace: string } | undefined {
  const used = new Set([
    ...cluster
      .all(Kind.TELEMETRY)
      .flatMap(each => each.spec.get('tracing').items)
      .filter(each => !each.get('disableSpanReporting').isTrue)
      .flatMap(each => each.get('providers').items)
      .map(each => each.get('name').text),
    ...(cluster.mesh.get('defaultProviders', 'tracing')?.texts ?? []),
  ]);
  for (const provider of cluster.mesh.get('extensionProviders')?.items.filter(each => used.has(each.get('name').text))
    ?? []) {
    for (const kind of ['opentelemetry', 'zipkin', 'skywalking', 'datadog', 'opencensus']) {
      const [scope, scoped] = provider.get(kind, 'service').text.split('/');
      const host = scoped ?? scope ?? '';
      const namespace = scoped === undefined ? /^[^.]+\.([^.]+)/.exec(host)?.[1] : scope;
      if (host !== '' && namespace) {
        return { host, namespace };
      }
    }
  }
  return undefined;
}
