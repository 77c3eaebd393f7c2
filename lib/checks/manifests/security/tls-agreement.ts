import { blanketRules, type Cluster, defaultOf, fullHost, isAutomatic, Kind, type Mode, modeFor, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { type Blanket, blankets } from './blanket-tls';

export const plainTextToStrict: Check = {
  id: 'PlainTextToStrict',
  severity: Severity.ERROR,
  covers: ['KIA0207', 'KIA0208'],
  summary: 'A DestinationRule sets plain text, or TLS outside the mesh, for pods that require mutual TLS',
  explanation: 'The callee\'s proxy closes the connection, and the caller\'s proxy responds with 503. The DestinationRule may apply to the mesh, a namespace or one host; `SIMPLE` and `MUTUAL` are not mesh mutual TLS either.',
  *find(cluster) {
    for (const blanket of blankets(cluster).filter(each => each.mode === 'DISABLE' && each.asked === 'STRICT')) {
      yield problem(blanket.rule.spec.get('trafficPolicy', 'tls', 'mode'), `${placeOf(blanket)} mutual TLS only, so these connections are closed.`,
        'Remove the tls settings, or set the PeerAuthentication to PERMISSIVE.', [blanket.asking.length === 0 ? 'KIA0208' : 'KIA0207']);
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const tls = rule.spec.get('trafficPolicy', 'tls', 'mode');
      if (['DISABLE', 'SIMPLE', 'MUTUAL'].includes(tls.text) && calleeModes(rule, cluster).includes('STRICT')) {
        yield problem(tls, `The pods of ${rule.spec.get('host').text} require mutual TLS, so these connections are closed.`, 'Use ISTIO_MUTUAL, or remove the tls settings.', []);
      }
    }
  },
};

export const mutualTlsToPlainText: Check = {
  id: 'MutualTlsToPlainText',
  severity: Severity.ERROR,
  covers: ['KIA0205', 'KIA0206', 'KIA0505', 'KIA0506'],
  summary: 'A DestinationRule sets mutual TLS for pods that do not accept it',
  explanation: 'A DestinationRule with ISTIO_MUTUAL for the mesh or a namespace needs pods that accept it. By default they do (PERMISSIVE): without any PeerAuthentication there is no problem, unless mutual TLS by '
    + 'default is disabled for the mesh; a PeerAuthentication with DISABLE is reported, also that of a namespace under a rule for the mesh.',
  *find(cluster) {
    for (const blanket of blankets(cluster)) {
      const tls = blanket.rule.spec.get('trafficPolicy', 'tls', 'mode');
      const missing = blanket.namespace === undefined ? 'KIA0205' : 'KIA0206';
      if (['ISTIO_MUTUAL', 'MUTUAL'].includes(blanket.mode) && blanket.asked === 'DISABLE') {
        yield problem(tls, `${placeOf(blanket)} plain text only, so these connections are closed.`, 'Set the PeerAuthentication to PERMISSIVE or STRICT, or declare a DestinationRule for its hosts with DISABLE.',
          blanket.asking.length > 0 ? ['KIA0505'] : blanket.namespace === undefined ? ['KIA0506'] : [missing]);
      } else if (blanket.mode === 'ISTIO_MUTUAL' && blanket.asked === undefined && !isAutomatic(cluster)) {
        yield problem(tls, `No PeerAuthentication enables mutual TLS in ${blanket.namespace === undefined ? 'any namespace' : `namespace ${blanket.namespace}`}, so these connections may fail.`,
          'Declare a PeerAuthentication with PERMISSIVE or STRICT.', [missing]);
      }
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const tls = rule.spec.get('trafficPolicy', 'tls', 'mode');
      const modes = tls.text === 'ISTIO_MUTUAL' ? calleeModes(rule, cluster) : [];
      if (modes.includes('DISABLE')) {
        yield problem(tls, `The pods of ${rule.spec.get('host').text} accept plain text only, so these connections are closed.`, 'Remove the tls settings, or set the PeerAuthentication to PERMISSIVE.', []);
      }
    }
  },
};

export const missingTlsRule: Check = {
  id: 'MissingTlsRule',
  severity: Severity.ERROR,
  covers: ['KIA0401', 'KIA0501'],
  summary: 'Pods require mutual TLS, and no DestinationRule enables it for callers',
  explanation: 'Proxies detect it automatically (`enableAutoMtls`); if the mesh disables that, a DestinationRule for the mesh or the namespace must set ISTIO_MUTUAL.',
  *find(cluster) {
    if (isAutomatic(cluster)) {
      return;
    }
    const rules = blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const policy of cluster.all(Kind.PEER_AUTHENTICATION).filter(each => each === defaultOf(each.namespace, cluster) && each.spec.get('mtls', 'mode').text === 'STRICT')) {
      const isMeshWide = policy.namespace === cluster.mesh.rootNamespace;
      if (!rules.some(each => each.namespace === undefined || (!isMeshWide && each.namespace === policy.namespace))) {
        yield problem(policy.spec.get('mtls', 'mode'), 'Callers use plain text, since no DestinationRule enables mutual TLS, so their connections are closed.',
          `Declare a DestinationRule for ${isMeshWide ? '*.local' : `*.${policy.namespace}.svc.${cluster.clusterDomain}`} with ISTIO_MUTUAL, or remove enableAutoMtls: false.`, [isMeshWide ? 'KIA0401' : 'KIA0501']);
      }
    }
  },
};

export const overriddenTls: Check = {
  id: 'OverriddenTls',
  severity: Severity.WARNING,
  covers: ['KIA0204'],
  summary: 'A DestinationRule for a host overrides the mutual TLS of a rule for the namespace or the mesh',
  explanation: 'Only the most specific rule applies to a host; its missing TLS settings are not inherited from the wildcard rule. This is harmless if proxies choose mutual TLS automatically, as they do unless the mesh disables it.',
  *find(cluster) {
    const wide = isAutomatic(cluster) ? [] : blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const rule of wide.length > 0 ? cluster.all(Kind.DESTINATION_RULE).filter(each => !wide.some(({ rule: other }) => other === each)) : []) {
      const policy = rule.spec.get('trafficPolicy');
      const namespace = /^[^.]+\.([^.]+)\.svc\./.exec(fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain))?.[1];
      const other = wide.find(each => each.namespace === undefined || each.namespace === namespace);
      if (other && ![policy, ...policy.get('portLevelSettings').items].some(each => each.get('tls').exists)) {
        yield problem(policy.exists ? policy : rule.spec, `The rule has no tls settings, and those of ${other.rule.key} do not apply to its host.`, 'Repeat `tls: { mode: ISTIO_MUTUAL }`.');
      }
    }
  },
};

function placeOf({ namespace, asking }: Blanket): string {
  const [place = namespace, ...more] = asking;
  return place === undefined ? 'The mesh accepts' : more.length > 0 ? `Namespace ${place} and ${more.length} more accept` : `Namespace ${place} accepts`;
}

/** The PeerAuthentication modes of the pods behind a rule's host, set by selector or by namespace. */
function calleeModes(rule: Resource, cluster: Cluster): Mode[] {
  const target = cluster.hosts.find(rule.spec.get('host').text, rule.namespace);
  return target?.resource.type === Kind.SERVICE ? cluster.selectedBy(target.resource).map(each => modeFor(each, cluster)) : [];
}
