import { unattachedRoutes, type Unreached, unreachedInMesh, unreachedVirtualServices } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnreachableRoute',
  severity: Severity.ERROR,
  covers: [],
  summary: 'No request reaches a route',
  explanation:
    'The gateway has the route in none of its listeners, so it answers requests with 404 or closes their '
    + 'connections; of rules for the mesh, no sidecar has it. Protocols, hosts, ports, TLS server names, namespaces and filters are compared as Istio does it. '
    + 'Routes of which a part is unknown are not reported.',
  *find(cluster) {
    for (const each of [
      ...unreachedVirtualServices(cluster),
      ...unreachedInMesh(cluster),
      ...unattachedRoutes(cluster),
    ]) {
      yield problem(each.at, `No request reaches ${subjectOf(each)}: ${each.reason}.`, FIXES[each.because]);
    }
  },
};

function subjectOf({ at, because }: Unreached): string {
  const { kind, key } = at.resource;
  switch (because) {
    case 'protocol':
      return `the ${String(at.path.at(-1))} rules of the ${kind} ${key}`;
    case 'match':
      return `this rule of the ${kind} ${key}`;
    case 'hidden':
      return `the ${kind} ${key} by this host`;
    case 'host':
      return typeof at.path.at(-1) === 'number' ? `the ${kind} ${key} by this host` : `the ${kind} ${key}`;
    default:
      return `the ${kind} ${key}`;
  }
}

const FIXES: Readonly<Record<Unreached['because'], string>> = {
  protocol: 'Use rules of the protocol of the ports, or change the protocol or TLS mode of a port.',
  export: "Export the VirtualService to the namespace of the gateway's Pods, or to all.",
  match: 'Correct the port, the gateways and the callers of its matches.',
  host: 'Add the host to a server or listener, or remove it from the route.',
  hidden: 'Bind the route to the Gateway with the more specific host.',
  isolated: 'Give the route the host names of its listener, or name the other listener as its parent.',
  dropped: 'Remove the filter or reference, or use one that Istio supports.',
  kind: 'Name a listener as the parent that accepts routes of this kind.',
};
