import { Gateways } from '../../../dataplane';
import {
  type Cluster,
  gatewaysNamedBy,
  isAllowing,
  isElsewhere,
  isMember,
  Kind,
  type Resource,
} from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { admitsStrangers, membershipOfNode, policiesOf } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';
import { identitiesNamed } from '../../manifests/security/principals';

export const rule: Check = {
  id: 'UnreachedService',
  severity: Severity.INFO,
  covers: [],
  summary: 'A service is unreachable',
  explanation:
    'Its AuthorizationPolicies allow no existing workload, and no gateway routes to it, so it uses '
    + 'resources without serving requests. Services that any client may call are not checked, and neither are '
    + 'those whose policies name a gateway, or a caller of other manifests by the annotation '
    + '`cardinal.cdk8s.io/elsewhere`.',
  *find(cluster) {
    const authorizers = authorizersIn(cluster);
    const connected = connectedFromOutside(cluster);
    const gateways = new Set(
      cluster.all(Kind.ISTIO_GATEWAY).flatMap(each =>
        Gateways.of(cluster)
          .selectedBy(each)
          .map(pods => pods.workload),
      ),
    );
    for (const node of CallGraph.of(cluster).nodes.filter(
      each =>
        each.services.length > 0
        && each.incoming.length === 0
        && each.entries.length === 0
        && !each.workloads.some(workload => isGateway(workload) || gateways.has(workload))
        && !each.services.some(service => authorizers.has(service) || connected.has(service)),
    )) {
      if (
        isMember(membershipOfNode(node, cluster))
        && !admitsStrangers(node, cluster)
        && !namesFurtherCallers(node, cluster)
      ) {
        yield problem(
          node.at,
          `No workload is allowed to call ${node.name}, and no gateway routes to it.`,
          'Remove it, or allow its callers.',
        );
      }
    }
  },
};

/** Whether a policy of it names callers that are no workloads here: those of other manifests, and gateways. */
function namesFurtherCallers(node: Node, cluster: Cluster): boolean {
  const policies = new Set(policiesOf(node, cluster).filter(isAllowing));
  return identitiesNamed(cluster).some(({ at: { resource }, principal }) => {
    const [, namespace, account] = /\/ns\/([^/*]+)\/sa\/([^/*]+)$/.exec(principal) ?? [];
    return (
      policies.has(resource)
      && (isElsewhere(resource, principal)
        || (namespace !== undefined && account !== undefined && Gateways.of(cluster).hasAccount(namespace, account)))
    );
  });
}

/** The Services to which rules of VirtualServices at Gateways send connections. */
function connectedFromOutside(cluster: Cluster): ReadonlySet<Resource> {
  const routes = cluster.all(Kind.VIRTUAL_SERVICE).filter(each => gatewaysNamedBy(each).length > 0);
  return new Set(
    routes.flatMap(({ spec, namespace }) =>
      ['tls', 'tcp']
        .flatMap(protocol => spec.get(protocol).items)
        .flatMap(rule => rule.get('route').items)
        .flatMap(each => cluster.hosts.find(each.get('destination', 'host').text, namespace)?.resource ?? []),
    ),
  );
}

/** The Services that proxies call for decisions about requests. */
function authorizersIn(cluster: Cluster): ReadonlySet<Resource> {
  const providers = cluster.mesh.get('extensionProviders')?.items ?? [];
  const hosts = providers
    .flatMap(provider => [provider.get('envoyExtAuthzGrpc', 'service'), provider.get('envoyExtAuthzHttp', 'service')])
    .map(each => each.text.split('/').at(-1) ?? '');
  return new Set(hosts.flatMap(host => cluster.hosts.named(host, '').map(each => each.resource)));
}
