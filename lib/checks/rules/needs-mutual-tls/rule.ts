import {
  type Cluster,
  type Field,
  IDENTITY_FIELDS,
  Kind,
  Membership,
  membershipOf,
  memo,
  meshMode,
  modeFor,
  namespaceMode,
  type Resource,
  sourcesOf,
  type Workload,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { SpokenTls } from './spoken-tls';

const CONDITIONS = ['source.principal', 'source.namespace', 'connection.sni'];

export const rule: Check = {
  id: 'NeedsMutualTls',
  severity: Severity.ERROR,
  covers: ['KIA0105'],
  summary: 'An AuthorizationPolicy requires a caller identity, but its pods do not accept mutual TLS',
  explanation:
    'The identity is part of the client certificate: without mutual TLS no principal or namespace ever '
    + 'matches. PERMISSIVE pods accept mutual TLS from callers with a proxy, so only DISABLE is reported; '
    + 'pods in ambient mode are not affected. '
    + 'Callers use mutual TLS unless a DestinationRule disables it; if the mesh disables `enableAutoMtls`, '
    + 'a DestinationRule must enable it.',
  *find(cluster) {
    const spoken = new SpokenTls(cluster);
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      const identities: Field[] = [
        ...sourcesOf(policy)
          .flatMap(source => IDENTITY_FIELDS.map(name => source.get(name)))
          .filter(each => each.items.length > 0),
        ...policy.spec
          .get('rules')
          .items.flatMap(rule => rule.get('when').items)
          .map(each => each.get('key'))
          .filter(each => CONDITIONS.includes(each.text)),
      ];
      const reason = identities.length > 0 ? reasonForPlainText(policy, spoken, cluster) : undefined;
      for (const identity of reason ? identities : []) {
        yield problem(
          identity,
          `${reason}, so no caller has an identity and the condition never matches.`,
          'Enable mutual TLS for the pods and their callers.',
        );
      }
    }
  },
};

/** Why no connection to the pods of a policy can use mutual TLS; undefined if one may. */
function reasonForPlainText(policy: Resource, spoken: SpokenTls, cluster: Cluster): string | undefined {
  const namespace = policy.namespace === cluster.mesh.rootNamespace ? undefined : policy.namespace;
  const pods = cluster.workloads.select(policy.spec.get('selector', 'matchLabels').strings, namespace);
  return pods.length > 0
    ? reasonOfPods(pods, spoken, cluster)
    : reason(
        (namespaceMode(policy.namespace, cluster) ?? meshMode(cluster)) === 'DISABLE',
        spoken.isPlainIn(policy.namespace),
      );
}

/** Once for all policies with one label as their selector, which share the list. */
const reasonOfPods = memo((pods: readonly Workload[], spoken: SpokenTls, cluster: Cluster): string | undefined =>
  pods.some(each => membershipOf(each, cluster) === Membership.AMBIENT)
    ? undefined
    : reason(
        pods.every(each => modeFor(each, cluster) === 'DISABLE'),
        pods.every(each => spoken.isPlainFor(each)),
      ),
);

function reason(acceptNone: boolean, speakNone: boolean): string | undefined {
  return acceptNone
    ? 'The pods accept plain text only'
    : speakNone
      ? 'No DestinationRule enables mutual TLS to the pods'
      : undefined;
}
