import { blanketRules, defaultOf, isAutomatic, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'MissingTlsRule',
  severity: Severity.ERROR,
  covers: ['KIA0401', 'KIA0501'],
  summary: 'Pods require mutual TLS, and no DestinationRule enables it for callers',
  explanation:
    'Proxies detect it automatically (`enableAutoMtls`); if the mesh disables that, a DestinationRule '
    + 'for the mesh or the namespace must set ISTIO_MUTUAL.',
  *find(cluster) {
    if (isAutomatic(cluster)) {
      return;
    }
    const rules = blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const policy of cluster
      .all(Kind.PEER_AUTHENTICATION)
      .filter(each => each === defaultOf(each.namespace, cluster) && each.spec.get('mtls', 'mode').text === 'STRICT')) {
      const isMeshWide = policy.namespace === cluster.mesh.rootNamespace;
      if (!rules.some(each => each.namespace === undefined || (!isMeshWide && each.namespace === policy.namespace))) {
        yield problem(
          policy.spec.get('mtls', 'mode'),
          'Callers use plain text, since no DestinationRule enables mutual TLS, so their connections are closed.',
          'Declare a DestinationRule for '
            + `${isMeshWide ? '*.local' : `*.${policy.namespace}.svc.${cluster.clusterDomain}`} with `
            + 'ISTIO_MUTUAL, or remove enableAutoMtls: false.',
          [isMeshWide ? 'KIA0401' : 'KIA0501'],
        );
      }
    }
  },
};
