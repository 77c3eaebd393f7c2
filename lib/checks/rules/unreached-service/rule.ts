import { type Cluster, isMember, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { isGateway } from '../../manifests/ambient/enrolment';
import { admitsStrangers, membershipOfNode } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnreachedService',
  severity: Severity.INFO,
  covers: [],
  summary: 'A service is unreachable',
  explanation:
    'Its AuthorizationPolicies allow no existing workload, and no gateway routes to it, so it uses '
    + 'resources without serving requests. Services that any client may call are not checked.',
  *find(cluster) {
    const authorizers = authorizersIn(cluster);
    for (const node of CallGraph.of(cluster).nodes.filter(
      each =>
        each.services.length > 0
        && each.incoming.length === 0
        && each.entries.length === 0
        && !each.workloads.some(isGateway)
        && !each.services.some(service => authorizers.has(service)),
    )) {
      if (isMember(membershipOfNode(node, cluster)) && !admitsStrangers(node, cluster)) {
        yield problem(
          node.at,
          `No workload is allowed to call ${node.name}, and no gateway routes to it.`,
          'Remove it, or allow its callers.',
        );
      }
    }
  },
};

/** The Services that proxies call for decisions about requests. */
function authorizersIn(cluster: Cluster): ReadonlySet<Resource> {
  const providers = cluster.mesh.get('extensionProviders')?.items ?? [];
  const hosts = providers
    .flatMap(provider => [provider.get('envoyExtAuthzGrpc', 'service'), provider.get('envoyExtAuthzHttp', 'service')])
    .map(each => each.text.split('/').at(-1) ?? '');
  return new Set(hosts.flatMap(host => cluster.hosts.named(host, '').map(each => each.resource)));
}
