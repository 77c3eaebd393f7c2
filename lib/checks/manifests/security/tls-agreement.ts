import { blanketRules, type Cluster, defaultOf, fullHost, isAutomatic, Kind, type Mode, modeFor, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { type Blanket, blankets } from './blanket-tls';

export const plainTextToStrict: Check = {
  id: 'PlainTextToStrict',
  severity: Severity.ERROR,
  covers: ['KIA0207', 'KIA0208'],
  summary: 'Callers are told to speak plain text, or TLS of their own, to pods that take mutual TLS only',
  explanation: 'The callee\'s proxy closes the connection, and the caller\'s answers 503. The DestinationRule may be for the mesh, a namespace or one host; `SIMPLE` and `MUTUAL` are no TLS of the mesh either.',
  *find(cluster) {
    for (const blanket of blankets(cluster).filter(each => each.mode === 'DISABLE' && each.asked === 'STRICT')) {
      yield problem(blanket.rule.spec.get('trafficPolicy', 'tls', 'mode'), `${placeOf(blanket)} mutual TLS only, so these connections are closed.`,
        'Remove the tls settings, or make the PeerAuthentication PERMISSIVE.', [blanket.asking.length === 0 ? 'KIA0208' : 'KIA0207']);
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const tls = rule.spec.get('trafficPolicy', 'tls', 'mode');
      if (['DISABLE', 'SIMPLE', 'MUTUAL'].includes(tls.text) && calleeModes(rule, cluster).includes('STRICT')) {
        yield problem(tls, `The pods of ${rule.spec.get('host').text} take mutual TLS only, so these connections are closed.`, 'Use ISTIO_MUTUAL, or remove the tls settings.', []);
      }
    }
  },
};

export const mutualTlsToPlainText: Check = {
  id: 'MutualTlsToPlainText',
  severity: Severity.ERROR,
  covers: ['KIA0205', 'KIA0206', 'KIA0505', 'KIA0506'],
  summary: 'Callers are told to speak mutual TLS to pods that do not take it',
  explanation: 'A DestinationRule with ISTIO_MUTUAL for the mesh or a namespace needs pods that take it. By default they do (PERMISSIVE): without any PeerAuthentication nothing is wrong, unless mutual TLS by '
    + 'itself is turned off for the mesh; a PeerAuthentication that says DISABLE is, also that of a namespace under a rule for the mesh.',
  *find(cluster) {
    for (const blanket of blankets(cluster)) {
      const tls = blanket.rule.spec.get('trafficPolicy', 'tls', 'mode');
      const missing = blanket.namespace === undefined ? 'KIA0205' : 'KIA0206';
      if (['ISTIO_MUTUAL', 'MUTUAL'].includes(blanket.mode) && blanket.asked === 'DISABLE') {
        yield problem(tls, `${placeOf(blanket)} plain text only, so these connections are closed.`, 'Make the PeerAuthentication PERMISSIVE or STRICT, or declare a DestinationRule for its hosts with DISABLE.',
          blanket.asking.length > 0 ? ['KIA0505'] : blanket.namespace === undefined ? ['KIA0506'] : [missing]);
      } else if (blanket.mode === 'ISTIO_MUTUAL' && blanket.asked === undefined && !isAutomatic(cluster)) {
        yield problem(tls, `${blanket.namespace === undefined ? 'No namespace' : `Namespace ${blanket.namespace}`} is told to take ${blanket.mode}, so these connections may fail.`,
          'Declare a PeerAuthentication that is PERMISSIVE or STRICT.', [missing]);
      }
    }
    for (const rule of cluster.all(Kind.DESTINATION_RULE)) {
      const tls = rule.spec.get('trafficPolicy', 'tls', 'mode');
      const modes = tls.text === 'ISTIO_MUTUAL' ? calleeModes(rule, cluster) : [];
      if (modes.includes('DISABLE')) {
        yield problem(tls, `The pods of ${rule.spec.get('host').text} take plain text only, so these connections are closed.`, 'Remove the tls settings, or make the PeerAuthentication PERMISSIVE.', []);
      }
    }
  },
};

export const missingTlsRule: Check = {
  id: 'MissingTlsRule',
  severity: Severity.ERROR,
  covers: ['KIA0401', 'KIA0501'],
  summary: 'Pods take mutual TLS only, and nobody tells callers to speak it',
  explanation: 'Proxies find out by themselves (`enableAutoMtls`); where the mesh has turned that off, a DestinationRule for the mesh or the namespace has to say ISTIO_MUTUAL.',
  *find(cluster) {
    if (isAutomatic(cluster)) {
      return;
    }
    const rules = blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const policy of cluster.all(Kind.PEER_AUTHENTICATION).filter(each => each === defaultOf(each.namespace, cluster) && each.spec.get('mtls', 'mode').text === 'STRICT')) {
      const isMeshWide = policy.namespace === cluster.mesh.rootNamespace;
      if (!rules.some(each => each.namespace === undefined || (!isMeshWide && each.namespace === policy.namespace))) {
        yield problem(policy.spec.get('mtls', 'mode'), 'Callers speak plain text, since nothing tells them otherwise, and their connections are closed.',
          `Declare a DestinationRule for ${isMeshWide ? '*.local' : `*.${policy.namespace}.svc.${cluster.clusterDomain}`} with ISTIO_MUTUAL, or remove enableAutoMtls: false.`, [isMeshWide ? 'KIA0401' : 'KIA0501']);
      }
    }
  },
};

export const overriddenTls: Check = {
  id: 'OverriddenTls',
  severity: Severity.WARNING,
  covers: ['KIA0204'],
  summary: 'A DestinationRule for a host takes away the mutual TLS of one for the namespace or the mesh',
  explanation: 'One rule counts for a host, the most specific; what it does not say about TLS is not filled in from the wider one. It does no harm where proxies choose mutual TLS by themselves, as they do unless the mesh says otherwise.',
  *find(cluster) {
    const wide = isAutomatic(cluster) ? [] : blanketRules(cluster).filter(each => each.mode === 'ISTIO_MUTUAL');
    for (const rule of wide.length > 0 ? cluster.all(Kind.DESTINATION_RULE).filter(each => !wide.some(({ rule: other }) => other === each)) : []) {
      const policy = rule.spec.get('trafficPolicy');
      const namespace = /^[^.]+\.([^.]+)\.svc\./.exec(fullHost(rule.spec.get('host').text, rule.namespace, cluster.clusterDomain))?.[1];
      const other = wide.find(each => each.namespace === undefined || each.namespace === namespace);
      if (other && ![policy, ...policy.get('portLevelSettings').items].some(each => each.get('tls').exists)) {
        yield problem(policy.exists ? policy : rule.spec, `It has no tls settings, and those of ${other.rule.key} do not count for its host.`, 'Repeat `tls: { mode: ISTIO_MUTUAL }`.');
      }
    }
  },
};

function placeOf({ namespace, asking }: Blanket): string {
  const [place = namespace, ...more] = asking;
  return place === undefined ? 'The mesh takes' : more.length > 0 ? `Namespace ${place} and ${more.length} more take` : `Namespace ${place} takes`;
}

/** What the pods behind a rule's host take, those that are told so by name or by their namespace. */
function calleeModes(rule: Resource, cluster: Cluster): Mode[] {
  const target = cluster.hosts.find(rule.spec.get('host').text, rule.namespace);
  return target?.resource.type === Kind.SERVICE ? cluster.selectedBy(target.resource).map(each => modeFor(each, cluster)) : [];
}
