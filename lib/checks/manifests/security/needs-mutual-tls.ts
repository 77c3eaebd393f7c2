import { type Cluster, type Field, isAutomatic, Kind, Membership, membershipOf, meshMode, modeFor, namespaceMode, type Resource, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

const IDENTITIES = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts'];
const CONDITIONS = ['source.principal', 'source.namespace', 'connection.sni'];

export const needsMutualTls: Check = {
  id: 'NeedsMutualTls',
  severity: Severity.ERROR,
  covers: ['KIA0105'],
  summary: 'An AuthorizationPolicy asks who the caller is, of pods that take no mutual TLS',
  explanation: 'The identity comes with the certificate: without mutual TLS no principal and no namespace ever matches. PERMISSIVE pods take it from callers with a proxy, so only those that are told DISABLE are meant; pods in ambient mode are never. '
    + 'Where the mesh has turned off that proxies choose mutual TLS by themselves (`enableAutoMtls`), some DestinationRule has to ask for it.',
  *find(cluster) {
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      const identities: Field[] = [
        ...sourcesOf(policy).flatMap(source => IDENTITIES.map(name => source.get(name))).filter(each => each.items.length > 0),
        ...policy.spec.get('rules').items.flatMap(rule => rule.get('when').items).map(each => each.get('key')).filter(each => CONDITIONS.includes(each.text)),
      ];
      const reason = identities.length > 0 ? reasonForPlainText(policy, cluster) : undefined;
      for (const identity of reason ? identities : []) {
        yield problem(identity, `${reason}, so no caller has an identity, and this never matches.`, 'Let the pods take mutual TLS, and callers speak it.');
      }
    }
  },
};

/** Why no connection that a policy is for can be mutual TLS; undefined if one may be. */
function reasonForPlainText(policy: Resource, cluster: Cluster): string | undefined {
  const namespace = policy.namespace === cluster.mesh.rootNamespace ? undefined : policy.namespace;
  const pods = cluster.workloads.select(policy.spec.get('selector', 'matchLabels').strings, namespace);
  const modes = pods.filter(each => membershipOf(each, cluster) !== Membership.AMBIENT).map(each => modeFor(each, cluster));
  const mode = namespaceMode(policy.namespace, cluster) ?? meshMode(cluster);
  if (pods.length > 0 ? modes.length === pods.length && modes.every(each => each === 'DISABLE') : mode === 'DISABLE') {
    return 'The pods take plain text only';
  }
  return isAutomatic(cluster) || cluster.all(Kind.DESTINATION_RULE).some(each => each.spec.get('trafficPolicy', 'tls', 'mode').text === 'ISTIO_MUTUAL') ? undefined
    : 'No DestinationRule tells callers to speak mutual TLS, which the mesh has turned off';
}
