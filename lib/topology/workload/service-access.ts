import type { Operation } from '../operation';
import type { Port } from '../port';
import { ValidationError } from '../validation-error';
import type { WorkloadKind } from '../workload-kind';

/** The type of a Service. */
export enum ServiceType {
  /** An address inside the cluster. */
  CLUSTER_IP = 'ClusterIP',
  /** A port of each node as well. */
  NODE_PORT = 'NodePort',
  /** A load balancer of the cloud provider as well. */
  LOAD_BALANCER = 'LoadBalancer',
}

/** Which endpoints of a Service are preferred. */
export enum TrafficDistribution {
  /** Those in the zone of the client. */
  PREFER_SAME_ZONE = 'PreferSameZone',
  /** Those on the node of the client. */
  PREFER_SAME_NODE = 'PreferSameNode',
  /** Those in the zone of the client, by the name that Kubernetes before 1.34 has. */
  PREFER_CLOSE = 'PreferClose',
}

/** How a service is reached, and what no caller may do. */
export interface ServiceAccess {
  /**
   * Whether its Service has no address: its name resolves to the addresses of the pods, of which the caller chooses one.
   * @default false
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
   */
  readonly headless?: boolean;
  /**
   * The type of its Service. A node port or a load balancer accepts connections of the addresses that `allowFrom` with
   * `Peer.cidrs` allows: `loadBalancerSourceRanges`, and `externalTrafficPolicy: Local`, so that policies see them.
   * @default ServiceType.CLUSTER_IP
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
   */
  readonly serviceType?: ServiceType;
  /**
   * Which pods are preferred: `trafficDistribution` of its Service.
   * @default - none
   * @see https://kubernetes.io/docs/concepts/services-networking/service/#traffic-distribution
   */
  readonly trafficDistribution?: TrafficDistribution;
  /**
   * Operations that no caller may use, even if a call, an edge or a policy of another owner allows them. In the cluster:
   * an AuthorizationPolicy with the action DENY. Paths are exact or end with `/*` or `{rest+}`.
   * @default - none; undeclared calls are denied without it
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-deny/
   */
  readonly deniedOperations?: Operation[];
}

/** What the rules depend on besides. */
interface Accessed extends ServiceAccess {
  readonly existingWorkload?: { readonly hasService?: boolean };
  readonly workload?: WorkloadKind;
  readonly inMesh?: boolean;
}

/** Rejects settings that contradict each other, or that no object would carry. */
export function validateAccess(path: string, ports: readonly Port[], props: Accessed): void {
  const { headless, serviceType, trafficDistribution, deniedOperations } = props;
  const ofService = Object.entries({ headless, serviceType, trafficDistribution }).filter(
    ([, each]) => each !== undefined,
  );
  const [first] = ofService;
  if (first && (ports.length === 0 || props.existingWorkload?.hasService)) {
    throw noEffect(
      path,
      ports.length === 0 ? 'Without a port it has no Service.' : 'Its Service exists already.',
      `Leave \`${first[0]}\` out, or declare it where the Service is declared.`,
    );
  }
  if (headless) {
    requireHeadless(path, ports, props);
  }
  if (deniedOperations !== undefined) {
    requireDeniable(path, ports, deniedOperations, props);
  }
}

/** Callers connect to a pod directly, so on its own port. */
function requireHeadless(path: string, ports: readonly Port[], { serviceType, workload }: Accessed): void {
  const mapped = ports.find(({ number, target }) => number !== target);
  const reason =
    serviceType !== undefined && serviceType !== ServiceType.CLUSTER_IP
      ? `a Service of type ${serviceType} has an address`
      : workload?.statefulSet
        ? 'a StatefulSet has a headless Service of its own, `NAME-headless`'
        : mapped && `callers connect to port ${mapped.number} of the pods, which listen on ${mapped.target}`;
  if (reason !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `Its Service is headless, and ${reason}.`,
      fix: 'Leave `headless` out, or declare the same number for the port and its `target`.',
    });
  }
}

/**
 * A path that a DENY policy does not match is allowed: templates match some characters only, so paths with parameters
 * before the end are rejected.
 */
function requireDeniable(path: string, ports: readonly Port[], operations: Operation[], { inMesh }: Accessed): void {
  if (inMesh === false || !ports.some(port => port.carriesRequests)) {
    throw noEffect(
      path,
      inMesh === false ? 'Without a proxy nothing denies operations.' : 'No port carries requests.',
      'Leave `deniedOperations` out, or add the service to the mesh with an http or grpc port.',
    );
  }
  const open = operations.find(({ path: { text } }) => !/^[^{]*(\/\*|\/\{[^}]+\+\})?$/.test(text));
  if (operations.length === 0 || open) {
    throw new ValidationError({
      code: 'InvalidOperation',
      path,
      summary: open
        ? `"${String(open)}" has a parameter before its end, and a path that its expression does not match would be allowed.`
        : 'The list of denied operations is empty.',
      fix: 'Give exact paths, or paths that end with "/*" or {rest+}.',
    });
  }
}

function noEffect(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'NoEffect', path, summary, fix });
}
