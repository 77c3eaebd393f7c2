import { type Cluster, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';

const REMOVED = new Set(['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding']);

export const rule: Check = {
  id: 'Deprecated',
  severity: Severity.WARNING,
  covers: ['IST0002'],
  summary: 'A field or a kind that Istio has deprecated or removed',
  explanation:
    'It is ignored, or will be: `fault.delay.percent`, `outboundTrafficPolicy.egressProxy` of Sidecars, '
    + 'the kinds of rbac.istio.io, Lightstep as a tracing provider.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const percent of virtualService.spec
        .get('http')
        .items.map(each => each.get('fault', 'delay', 'percent'))
        .filter(each => (each.number ?? 0) > 0)) {
        yield problem(percent, '`percent` of a delay is deprecated.', 'Write `percentage: { value: … }`.');
      }
    }
    for (const proxy of cluster
      .all(Kind.SIDECAR)
      .map(each => each.spec.get('outboundTrafficPolicy', 'egressProxy'))
      .filter(each => each.exists)) {
      yield problem(proxy, '`egressProxy` is ignored.', 'Route to the egress gateway with a VirtualService.');
    }
    for (const definition of cluster
      .all(Kind.CRD)
      .filter(
        each => each.spec.get('group').text === 'rbac.istio.io' && REMOVED.has(each.spec.get('names', 'kind').text),
      )) {
      yield problem(
        definition.spec.get('names', 'kind'),
        `Istio no longer supports ${definition.spec.get('names', 'kind').text}.`,
        'Use AuthorizationPolicy, and remove the definition.',
      );
    }
    yield* lightstep(cluster);
  },
};

function* lightstep(cluster: Cluster): Iterable<Problem> {
  const names = new Set(
    cluster.mesh
      .get('extensionProviders')
      ?.items.filter(each => each.get('lightstep').exists)
      .map(each => each.get('name').text),
  );
  for (const telemetry of cluster.all(Kind.TELEMETRY)) {
    for (const provider of telemetry.spec
      .get('tracing')
      .items.flatMap(each => each.get('providers').items)
      .filter(each => names.has(each.get('name').text))) {
      yield problem(
        provider,
        `The provider ${provider.get('name').text} is of the deprecated kind Lightstep.`,
        'Use an OpenTelemetry provider.',
      );
    }
  }
}
