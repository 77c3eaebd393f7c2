import { Severity } from '../../finding';
import { CallGraph } from '../../manifests/calls/graph';
import { Evidence } from '../../manifests/calls/node';
import { egressWithout } from '../../manifests/calls/scopes';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'SidecarMissesHost',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A service has the address of another one that its Sidecar does not include',
  explanation:
    'The proxy has no configuration for the host: it rejects the call under REGISTRY_ONLY, and otherwise '
    + 'forwards it without mutual TLS, retries and policies. The address is found in environment '
    + 'variables, as `host:port`.',
  *find(cluster) {
    for (const call of CallGraph.of(cluster).calls) {
      const address = call.evidence.get(Evidence.ADDRESS);
      const holder = call.caller.workloads.find(each => each.resource === address?.resource);
      const scope = holder && egressWithout(call.callee, holder, cluster);
      if (address && scope) {
        const { name, namespace } = call.service;
        yield problem(
          address,
          `${call.caller.name} has the address of ${call.callee.name}, but its Sidecar ${scope.key} does not `
            + 'include the host.',
          `Add \`${namespace}/${name}.${namespace}.svc.${cluster.clusterDomain}\` to the Sidecar.`,
        );
      }
    }
  },
};
