import {
  closedGateways,
  contextOf,
  type FailingBackend,
  failingBackends,
  type FailingPort,
  failingPorts,
  percent,
  rulesWithoutBackends,
  shadowedSubsets,
} from '../../../dataplane';
import { type Cluster, type Field, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';
import { isSubsetDeclared } from '../../manifests/routing/destination-rules';
import { targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'FailingRoute',
  severity: Severity.ERROR,
  covers: [],
  summary: 'Every request on a route fails',
  explanation:
    'Each request ends with an error: the backend is not visible to the gateway, the layers of TLS do '
    + 'not fit the port, the connection is not accepted, or a policy allows nothing. Where the result depends on '
    + 'the request, or on what is unknown, nothing is reported; missing hosts, ports, subsets and Pods have '
    + 'their own checks.',
  *find(cluster) {
    const context = contextOf(cluster);
    yield* ofBackends(cluster);
    for (const { by, reason } of closedGateways(context)) {
      yield* by ? [denial(by, reason)] : [];
    }
    for (const at of rulesWithoutBackends(cluster)) {
      yield problem(
        at,
        'The rule has no backend that receives requests, and no redirect, so all of its requests fail with 500.',
        'Add a backend with a weight above 0, or remove the rule.',
      );
    }
    for (const { by, host, backend, subset } of shadowedSubsets(cluster)) {
      const { kind, key } = backend.resource;
      yield problem(
        by.spec.get('host'),
        `Requests of workloads in ${by.namespace} to ${host.name} fail with 503: the ${kind} ${key} routes them to the `
          + `subset ${subset}, which this DestinationRule does not declare, and it replaces those of other namespaces.`,
        `Declare the subset ${subset} here too, or remove the rule.`,
      );
    }
    for (const each of failingPorts(context)) {
      yield unaccepted(each);
    }
  },
};

function* ofBackends(cluster: Cluster): Iterable<Problem> {
  for (const { at, share, because, by, reason, isRequest } of failingBackends(contextOf(cluster))) {
    const subject = `${share > 1 - 1e-9 ? 'All' : percent(share)} of the ${isRequest ? 'requests' : 'connections'}`;
    if (because === 'policy' && by) {
      yield denial(by, reason);
    } else if (because === 'connection' && by) {
      yield problem(
        by.isRoot ? by.get('spec') : by,
        `Connections on the routes of ${at.resource.kind} ${at.resource.key} fail: ${reason}.`,
        'Allow the connections of the gateway, or remove the route.',
      );
    } else if (!isReported(at, because, cluster)) {
      yield problem(at, `${subject} on this route fail: ${reason}.`, FIXES[because]);
    }
  }
}

/** Other checks report hosts and subsets that no caller has. */
function isReported(at: Field, because: FailingBackend['because'], cluster: Cluster): boolean {
  const [virtualService, destination] = [at.resource, at.get('destination')];
  if (virtualService.type !== Kind.VIRTUAL_SERVICE) {
    return false;
  }
  return because === 'visibility'
    ? targetOf(destination.get('host').text, virtualService, cluster) === undefined
    : because === 'subset'
        && !isSubsetDeclared(destination.get('host').text, destination.get('subset').text, virtualService, cluster);
}

/** Of a port that Pods exclude from their proxies the callers may all be outside the mesh. */
function unaccepted({ by, port, isHeadless, reason }: FailingPort): Problem {
  const found = problem(
    by ?? port,
    `Connections of the mesh to port ${port.get('port').text} of the ${isHeadless ? 'headless ' : ''}Service `
      + `${port.resource.key} fail: ${reason}.`,
    by
      ? 'Use PERMISSIVE instead, or declare a DestinationRule for the port that sets the TLS mode.'
      : 'Include the port in the proxies of the Pods, or declare a DestinationRule that disables mutual TLS for it.',
  );
  return by ? found : { ...found, severity: Severity.WARNING };
}

function denial(by: Field, reason: string): Problem {
  return problem(
    by.isRoot ? by.get('spec') : by,
    `Every request on a route is denied by the ${by.resource.kind} ${by.resource.key}: ${reason}.`,
    'Allow what the routes are for, or remove the routes.',
  );
}

const FIXES: Readonly<Record<FailingBackend['because'], string>> = {
  connection: 'Correct the backend, or its DestinationRule.',
  policy: 'Allow what the route is for, or remove it.',
  request:
    'Allow the methods, hosts and paths of the route, as they are after its rewrite at the workload and before at the gateway.',
  visibility: "Export the host to the namespace of the gateway's Pods.",
  subset:
    "Declare the subset in the DestinationRule that applies to the gateway, or export it to the gateway's namespace.",
  tls: 'Correct the protocol of the port, or originate TLS once, in a DestinationRule or in the client.',
};
