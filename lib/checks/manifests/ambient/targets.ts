import {
  type Cluster,
  controllerOf,
  type Field,
  fullHost,
  isElsewhere,
  Kind,
  PODS_ELSEWHERE,
} from '../../../manifests';
import { absent, type Problem, problem, unless } from '../check';
import { isEnrolled, waypointsInUse } from './enrolment';
import { isRequestPolicy } from './policies';

/**
 * The problem of a target of a policy to which no proxy attaches the policy; undefined if one does. Targets that Istio
 * rejects are problems of InvalidAuthorizationPolicy and others, L7 policies for Services in ambient mode without a
 * waypoint of RequestPolicyWithoutWaypoint.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/policyattachment.go
 */
export function problemOfTarget(at: Field, cluster: Cluster): Problem | undefined {
  switch (at.get('kind').text) {
    case 'Service':
      return problemOfService(at, Kind.SERVICE, cluster);
    case 'ServiceEntry':
      return problemOfService(at, Kind.SERVICE_ENTRY, cluster);
    case 'Gateway':
      return problemOfGateway(at, cluster);
    case 'GatewayClass':
      return problemOfClass(at, cluster);
    default:
      return undefined;
  }
}

function problemOfService(at: Field, type: string, cluster: Cluster): Problem | undefined {
  const { namespace } = at.resource;
  const service = cluster.find(type, at.get('name').text, namespace);
  if (!service) {
    return missing(at, type, 'Correct the name, or move the policy to the namespace of its target.', cluster);
  }
  if (isEnrolled(service, cluster) || isRequestPolicy(at.resource, cluster)) {
    return undefined;
  }
  const found = problem(
    at,
    `The ${service.kind} ${service.name} uses no waypoint, and nothing else enforces a policy with targetRefs for it.`,
    `${type === Kind.SERVICE ? 'Select its pods by `selector`, or label' : 'Label'} it with istio.io/use-waypoint, and `
      + 'declare the waypoint; it has to be for Services (`istio.io/waypoint-for`).',
    [],
  );
  return !cluster.isDeclared(namespace)
    ? unless(`the namespace ${namespace}, which is not among these manifests, names a waypoint`, found)
    : [service, cluster.find(Kind.NAMESPACE, namespace)].some(each => each?.origin?.isChanged === true)
      ? unless('a patch of their kustomization adds the label of one', found)
      : found;
}

function problemOfGateway(at: Field, cluster: Cluster): Problem | undefined {
  const { namespace } = at.resource;
  const name = at.get('name').text;
  const gateway = cluster.find(Kind.GATEWAY, name, namespace);
  if (gateway) {
    return controllerOf(gateway, cluster) === 'envoy-gateway'
      ? problem(at, `The Gateway ${name} is not of Istio, so it does not enforce the policy.`, 'Remove the target.', [])
      : undefined;
  }
  const isKnown =
    waypointsInUse(cluster).has(`${namespace}/${name}`)
    || cluster.workloads.select({ 'gateway.networking.k8s.io/gateway-name': name }, namespace).length > 0;
  const namesake = cluster.all(Kind.GATEWAY).find(each => each.name === name);
  return isKnown
    ? undefined
    : missing(
        at,
        Kind.GATEWAY,
        namesake
          ? `Move the policy to namespace ${namesake.namespace}: it attaches to Gateways of its own namespace only.`
          : 'Correct the name, or declare the Gateway.',
        cluster,
      );
}

function problemOfClass(at: Field, cluster: Cluster): Problem | undefined {
  const { rootNamespace } = cluster.mesh;
  const name = at.get('name').text;
  return name !== 'istio-waypoint'
    ? problem(at, `No policy attaches to the GatewayClass "${name}".`, 'Target istio-waypoint, or the Gateways.', [])
    : at.resource.namespace !== rootNamespace
      ? problem(
          at,
          `A policy for all waypoints has no effect in namespace ${at.resource.namespace}.`,
          `Move it to the root namespace ${rootNamespace}, or target a waypoint or a Service.`,
          [],
        )
      : undefined;
}

function missing(at: Field, type: string, fix: string, cluster: Cluster): Problem | undefined {
  const { resource } = at;
  const { namespace } = resource;
  const name = at.get('name').text;
  return [PODS_ELSEWHERE, fullHost(name, namespace, cluster.clusterDomain)].some(each => isElsewhere(resource, each))
    ? undefined
    : absent(
        { type, name, namespace },
        problem(
          at,
          `The ${at.get('kind').text} "${name}" of namespace ${namespace} is not among these manifests, so the policy `
            + 'is not enforced.',
          fix,
          [],
        ),
      );
}
