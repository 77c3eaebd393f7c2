import { duplicate } from '../duplicate';
import type { Machines } from '../machines';
import { requireReason } from '../names';
import type { OutboundTraffic } from '../outbound-traffic';
import type { Port } from '../port';
import type { Replicas } from '../references';
import { type Slo, validateSlo } from '../slo';
import { ValidationError } from '../validation-error';
import type { WorkloadKind } from '../workload-kind';
import { type DisruptionBudget, OF_DISRUPTION_BUDGET } from './disruption-budget';
import { type Metadata, OF_METADATA } from './metadata';
import { OF_SERVICE_ACCOUNT, type ServiceAccountProps } from './service-account';
import { type PortWithoutMutualTls, validatePortsWithoutMutualTls } from './port-without-mutual-tls';
import type { ProxyExtension } from './proxy-extension';
import { type ServiceAccess, validateAccess } from './service-access';
import { type ServiceTelemetry, validateTelemetry } from './service-telemetry';
import { nested } from './validations';
import type { WorkloadProps } from './workload-props';

/** Settings of the objects of a service beside its workloads. */
export interface ServiceObjects extends ServiceAccess {
  /**
   * The ServiceAccount of its pods.
   * @default - one named like the service, without a token in the pods
   */
  readonly serviceAccount?: ServiceAccountProps;
  /**
   * Further labels and annotations of its Service.
   * @default - none
   */
  readonly serviceMetadata?: Metadata;
  /**
   * How many of its pods a drain of nodes evicts at a time.
   * @default - one, from two pods on
   */
  readonly disruptionBudget?: DisruptionBudget;
  /**
   * The destinations outside the cluster that its pods may connect to.
   * @default - those of the topology: the external services that it calls
   */
  readonly outboundTraffic?: OutboundTraffic;
  /**
   * The reason why its AuthorizationPolicies are evaluated and not enforced, while callers move to declared calls. In
   * the cluster: their annotation `istio.io/dry-run`, a policy that allows every identity of the mesh, and a
   * NetworkPolicy that allows all pods of the cluster on its ports. Mutual TLS stays required. Metrics and logs of its
   * proxies contain what would be denied. The warning AuthorizationDryRun names the service and the reason.
   * @default - they are enforced
   * @see https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
   */
  readonly authorizationDryRun?: string;
  /**
   * TCP ports that accept connections in plain text only, also of callers with a proxy. In the cluster: `DISABLE` for
   * the port in a PeerAuthentication; proxies of callers then connect in plain text by themselves. Its callers have no
   * identity there: AuthorizationPolicies allow any, and NetworkPolicies alone limit them. For callers without a proxy
   * `allowFrom(peer, { plaintext: true })` suffices, unless the server sends first, as MySQL does. The warning
   * PlaintextPort names each port and its reason.
   * @default - mutual TLS
   * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode
   */
  readonly portsWithoutMutualTls?: PortWithoutMutualTls[];
  /**
   * Machines outside of Kubernetes that run it in place of pods: `Machines.at(['10.0.8.4'])`.
   * @default - pods
   */
  readonly machines?: Machines;
  /**
   * What its proxies report. In the cluster: a Telemetry for its pods.
   * @default - as the mesh
   */
  readonly telemetry?: ServiceTelemetry;
  /**
   * Code that its proxies run for each request, in this order: WebAssembly modules and scripts in Lua.
   * @default - none
   */
  readonly proxyExtensions?: ProxyExtension[];
  /**
   * Objectives for all requests to it in Istio's mesh, or behind Envoy Gateway if only routes of edges lead to it. In
   * the cluster: a PrometheusRule with alerts on the burn rate of the error budget, PodMonitors for the proxies, and in
   * the mesh a dashboard.
   * @default - none
   */
  readonly slo?: Slo;
}

/** What the rules depend on besides. */
interface Declared extends WorkloadProps, ServiceObjects {
  readonly existingWorkload?: { readonly hasService?: boolean };
  readonly workload?: WorkloadKind;
  readonly inMesh?: boolean;
  readonly versions?: { readonly [name: string]: WorkloadProps };
}

/** Rejects settings of objects beside the workloads that are invalid, or that no object would carry. */
export function validateObjectsOfService(path: string, ports: readonly Port[], props: Declared): void {
  const { serviceAccount, serviceMetadata, disruptionBudget, existingWorkload } = props;
  nested(OF_SERVICE_ACCOUNT)(path, serviceAccount ?? {});
  nested(OF_METADATA)(path, serviceMetadata ?? {});
  nested(OF_DISRUPTION_BUDGET)(path, disruptionBudget ?? {});
  if (existingWorkload && (serviceAccount ?? disruptionBudget)) {
    throw noEffect(
      path,
      'Its pods exist already, so its ServiceAccount and its PodDisruptionBudget are not rendered.',
      'Leave `serviceAccount` and `disruptionBudget` out: name the ServiceAccount in `existingWorkload`.',
    );
  }
  validatePolicies(path, props);
  if (props.portsWithoutMutualTls) {
    validatePortsWithoutMutualTls(path, ports, props.portsWithoutMutualTls, props.inMesh);
  }
  validateAccess(path, ports, props);
  if (props.proxyExtensions && (props.inMesh === false || !ports.some(port => port.carriesRequests))) {
    throw noEffect(
      path,
      'It has no proxy that handles requests, so none runs `proxyExtensions`.',
      'Leave them out, or add the service to the mesh with an http or grpc port.',
    );
  }
  if (props.telemetry) {
    validateTelemetry(path, props.telemetry, props.inMesh !== false);
  }
  if (props.slo) {
    validateSlo(path, props.slo);
    if (!ports.some(port => port.carriesRequests)) {
      throw noEffect(
        path,
        'It receives no requests that proxies count.',
        'Leave `slo` out, or declare an http or grpc port.',
      );
    }
  }
  if (serviceMetadata && ports.length === 0) {
    throw noEffect(path, 'Without a port it has no Service.', 'Leave `serviceMetadata` out, or declare a port.');
  }
  [props, ...Object.values(props.versions ?? {})].forEach(each => {
    requireProxy(path, ports, each, props);
  });
}

function validatePolicies(path: string, props: Declared): void {
  const { authorizationDryRun, inMesh } = props;
  validateMachines(path, props);
  if (authorizationDryRun !== undefined) {
    requireReason(
      path,
      'The policies of the service are not enforced',
      authorizationDryRun,
      'until 2027-01 for reports',
    );
  }
  if (authorizationDryRun !== undefined && inMesh === false) {
    throw noEffect(
      path,
      'Without a proxy it has no AuthorizationPolicies that a dry run could evaluate.',
      'Leave `authorizationDryRun` out, or add the service to the mesh.',
    );
  }
}

function validateMachines(path: string, { machines, existingWorkload, disruptionBudget, inMesh }: Declared): void {
  if (machines === undefined) {
    return;
  }
  if (existingWorkload ?? disruptionBudget) {
    throw noEffect(
      path,
      'Machines run it, so it has no pods.',
      'Leave `existingWorkload` and `disruptionBudget` out, or leave `machines` out.',
    );
  }
  if (inMesh === false) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: 'Machines without a proxy have no identity, and no policy of the cluster protects them.',
      fix: 'Declare them by `addExternalService` with their `addresses`, or add them to the mesh.',
    });
  }
}

/** The settings of the objects of a service. */
export function objectsOf(
  path: string,
  props: ServiceObjects,
  pods: Replicas | undefined,
  { outboundTraffic: usual }: { readonly outboundTraffic?: OutboundTraffic },
): ServiceObjects {
  requireEvictable(path, props, pods);
  const { serviceAccount, serviceMetadata, disruptionBudget, authorizationDryRun, machines } = props;
  const { headless, serviceType, trafficDistribution, deniedOperations, telemetry, proxyExtensions, slo } = props;
  const { portsWithoutMutualTls } = props;
  const outboundTraffic = props.outboundTraffic ?? usual;
  return {
    ...{ serviceAccount, serviceMetadata, disruptionBudget, outboundTraffic, authorizationDryRun, machines },
    ...{ headless, serviceType, trafficDistribution, deniedOperations, telemetry, proxyExtensions, slo },
    portsWithoutMutualTls,
  };
}

/** A workload as callees identify it. */
interface Identified {
  readonly path: string;
  readonly name: string;
  readonly serviceAccount: string;
  readonly exists: boolean;
}

/**
 * Rejects the ServiceAccount of another workload: callees that allow one of the two would allow both.
 * @param others those with the same ServiceAccount
 */
export function requireOwnIdentity(service: Identified, others: readonly Identified[]): void {
  const { path, serviceAccount, exists } = service;
  const other = others.find(each => each.name !== service.name && !(each.exists && exists));
  if (other) {
    throw duplicate(
      path,
      `The ServiceAccount "${serviceAccount}" is that of ${other.name}, and callees that allow one would allow both.`,
      'Give each service a ServiceAccount of its own.',
    );
  }
}

/** Rejects a budget that nothing would carry, or under which no node could be drained. */
function requireEvictable(path: string, { disruptionBudget }: ServiceObjects, pods: Replicas | undefined): void {
  if (!disruptionBudget || !pods) {
    return;
  }
  const { minAvailable = '0' } = disruptionBudget;
  if (pods.least < 2) {
    throw noEffect(
      path,
      `With ${pods.least} pods at least it has no PodDisruptionBudget: one could only block a drain.`,
      'Leave `disruptionBudget` out, or run two pods or more.',
    );
  }
  if (!minAvailable.endsWith('%') && Number(minAvailable) >= pods.least) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary:
        `minAvailable is "${minAvailable}" of ${pods.least} pods at least, so no node with a pod could be `
        + 'drained.',
      fix: 'Allow at least one pod to be unavailable.',
    });
  }
}

/** Rejects probes and hooks of a port that is not there. */
export function assertProbesHavePort(path: string, declared: readonly WorkloadProps[]): void {
  const probe = declared
    .flatMap(({ health, probes }) => [health, ...Object.values(probes ?? {})])
    .find(each => each?.needsPort);
  const hook = declared
    .flatMap(({ lifecycle }) => Object.values(lifecycle ?? {}))
    .find(each => each?.kind === 'httpGet' && each.action.port === undefined);
  if (probe ?? hook) {
    throw new ValidationError({
      code: 'NothingToProbe',
      path,
      summary: probe
        ? `Its health is probed over ${probe.kind}, and it has no port to probe.`
        : 'A hook sends a request, and it has no port to send it to.',
      fix: 'Declare the port, give the port of the probe, or set Health.none().',
    });
  }
}

/** Rejects settings of a proxy that is not there, and ports that would bypass it. */
function requireProxy(path: string, ports: readonly Port[], { proxy }: WorkloadProps, { inMesh }: Declared): void {
  if (proxy && inMesh === false) {
    throw noEffect(path, 'Its pods have no proxy to set up.', 'Leave `proxy` out, or leave out `inMesh: false`.');
  }
  const bypassed = ports.find(port => proxy?.excludeInboundPorts?.includes(port.target));
  if (bypassed) {
    throw new ValidationError({
      code: 'BypassedProxy',
      path,
      summary: `Requests to its port ${bypassed.number} would not pass the proxy, which enforces its policies.`,
      fix: 'Exclude other ports only, or declare `inMesh: false`.',
    });
  }
}

function noEffect(path: string, summary: string, fix: string): ValidationError {
  return new ValidationError({ code: 'NoEffect', path, summary, fix });
}
