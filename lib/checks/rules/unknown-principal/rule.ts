import { type Cluster, isElsewhere, Kind, matchesPattern } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { aliases, identitiesNamed, trustDomainOf } from '../../manifests/security/principals';

export const rule: Check = {
  id: 'UnknownPrincipal',
  severity: Severity.ERROR,
  covers: ['KIA0106'],
  summary: 'An AuthorizationPolicy refers to a ServiceAccount that does not exist',
  explanation:
    'The source matches no caller: an ALLOW rule allows none, a DENY rule denies none. ServiceAccounts '
    + 'that a workload uses count even if they are not declared, and so do those of '
    + 'gateways that Istio makes or installs. The prefix `spiffe://` must be omitted. The annotation '
    + '`cardinal.cdk8s.io/elsewhere` of a policy lists identities that other manifests declare.',
  *find(cluster) {
    const known = principals(cluster);
    const all = [...known];
    for (const { at, principal } of identitiesNamed(cluster).filter(
      each => !isElsewhere(each.at.resource, each.principal),
    )) {
      const domain = trustDomainOf(principal);
      const isPattern = principal.includes('*');
      const [, namespace, account] = /^[^/*]+\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal) ?? [];
      const isOfGateway =
        namespace !== undefined && account !== undefined && Gateways.of(cluster).hasAccount(namespace, account);
      if (
        (domain === undefined || domain === cluster.mesh.trustDomain)
        && !isOfGateway
        && (isPattern ? !all.some(each => matchesPattern(principal, each)) : !known.has(principal))
      ) {
        yield absent(
          { type: Kind.SERVICE_ACCOUNT, name: account ?? '', namespace: namespace ?? '' },
          problem(
            at,
            `No ServiceAccount has the identity "${principal}", so this source matches no caller.`,
            at.text === principal
              ? `Write \`${cluster.mesh.trustDomain}/ns/NAMESPACE/sa/NAME\` of a ServiceAccount that exists.`
              : 'Write `NAMESPACE/NAME` of a ServiceAccount that exists.',
          ),
        );
      }
    }
  },
};

/** The identities that workloads can have. */
function principals(cluster: Cluster): Set<string> {
  const domain = cluster.mesh.trustDomain;
  const accounts = [
    ...cluster.all(Kind.SERVICE_ACCOUNT).map(each => [each.namespace, each.name]),
    ...cluster.workloads.all.map(each => [each.namespace, each.serviceAccount]),
    ...Gateways.of(cluster).unseen.map(each => [each.namespace ?? each.name, each.serviceAccount]),
    ...[Kind.WORKLOAD_ENTRY, Kind.WORKLOAD_GROUP]
      .flatMap(type => cluster.all(type))
      .map(each => [
        each.namespace,
        each.spec.get('serviceAccount').text || each.spec.get('template', 'serviceAccount').text || 'default',
      ]),
  ];
  return new Set(
    accounts.flatMap(([namespace, name]) =>
      [domain, ...aliases(cluster)].map(each => `${each}/ns/${namespace}/sa/${name}`),
    ),
  );
}
