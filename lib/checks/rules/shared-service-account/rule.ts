import { addTo, Kind, sourcesOf } from '../../../manifests';
import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';
import { othersOf } from '../../manifests/names';

export const rule: Check = {
  id: 'SharedServiceAccount',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Two services share a ServiceAccount that policies refer to',
  explanation: 'The identity in a certificate is that of the ServiceAccount: both services have the same permissions.',
  *find(cluster) {
    const named = new Set(
      cluster
        .all(Kind.AUTHORIZATION_POLICY)
        .flatMap(sourcesOf)
        .flatMap(each => each.get('principals').texts),
    );
    const byIdentity = new Map<string, Node[]>();
    for (const node of CallGraph.of(cluster).nodes) {
      node.identities(cluster).forEach(identity => addTo(byIdentity, identity, node));
    }
    for (const [identity, nodes] of byIdentity) {
      for (const node of nodes.length > 1 && named.has(identity) ? nodes : []) {
        const workload = node.workloads[0];
        const at = workload?.pod.get('serviceAccountName');
        yield problem(
          at?.exists ? at : node.at,
          `${othersOf(node, nodes, each => each.name)} also ${nodes.length > 2 ? 'have' : 'has'} this `
            + 'ServiceAccount, and thus the same permissions.',
          'Use a separate ServiceAccount for each.',
        );
      }
    }
  },
};
