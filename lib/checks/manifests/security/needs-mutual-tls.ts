import { type Field, Kind, modeFor, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

const IDENTITIES = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces'];
const CONDITIONS = ['source.principal', 'source.namespace', 'connection.sni'];

export const needsMutualTls: Check = {
  id: 'NeedsMutualTls',
  severity: Severity.ERROR,
  covers: ['KIA0105'],
  summary: 'An AuthorizationPolicy asks who the caller is, of pods that take no mutual TLS',
  explanation: 'The identity comes with the certificate: without mutual TLS no principal and no namespace ever matches. PERMISSIVE pods take it from callers with a proxy, so only those that are told DISABLE are meant.',
  *find(cluster) {
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      const identities: Field[] = [
        ...sourcesOf(policy).flatMap(source => IDENTITIES.map(name => source.get(name))).filter(each => each.items.length > 0),
        ...policy.spec.get('rules').items.flatMap(rule => rule.get('when').items).map(each => each.get('key')).filter(each => CONDITIONS.includes(each.text)),
      ];
      const pods = identities.length > 0 ? cluster.workloads.select(policy.spec.get('selector', 'matchLabels').strings, policy.namespace) : [];
      if (pods.length > 0 && pods.every(each => modeFor(each, cluster) === 'DISABLE')) {
        for (const identity of identities) {
          yield problem(identity, 'The pods take plain text only, so no caller has an identity, and this never matches.', 'Remove the PeerAuthentication that says DISABLE.');
        }
      }
    }
  },
};
