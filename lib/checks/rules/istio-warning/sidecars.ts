import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem } from '../../manifests/check';
import { isHttp } from '../../manifests/schema/protocols';

/** Warnings of Istio about Sidecars. */
export function* warnedSidecars(cluster: Cluster): Iterable<Problem> {
  for (const { spec } of cluster.all(Kind.SIDECAR)) {
    for (const listener of spec.get('egress').items) {
      yield* repeatedHosts(listener);
    }
    for (const listener of spec.get('ingress').items) {
      const [pool, protocol] = [listener.get('connectionPool', 'http'), listener.get('port', 'protocol').text];
      if (pool.exists && listener.get('port').exists && !isHttp(protocol)) {
        yield problem(
          pool,
          `The protocol of the port is ${protocol || 'not declared'}, so HTTP connection pool settings are ignored.`,
          'Use only tcp settings, or declare an HTTP protocol for the port.',
        );
      }
    }
  }
}

function* repeatedHosts(listener: Field): Iterable<Problem> {
  const seen = new Map<string, Set<string>>();
  for (const host of listener.get('hosts').items) {
    const at = host.text.indexOf('/');
    const [scope, name] = [host.text.slice(0, Math.max(at, 0)), host.text.slice(at + 1)];
    if (at < 0 || scope.startsWith('~')) {
      continue;
    }
    const namespace = scope === '.' ? host.resource.namespace : scope;
    const names = seen.get(namespace) ?? new Set<string>();
    if (name === '*' ? names.size > 0 : names.has(name) || names.has('*')) {
      yield problem(host, `"${host.text}" is listed twice.`, 'Remove the duplicate.');
    }
    seen.set(namespace, names.add(name));
  }
  if (seen.size > 1 && seen.get('*')?.has('*')) {
    yield problem(
      listener.get('hosts'),
      '`*/*` covers every host, so the other entries have no effect.',
      'Keep only `*/*`, or remove it.',
    );
  }
}
