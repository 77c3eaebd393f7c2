import { Duration, JsonPatch } from 'cdk8s';
import { type ContainerProps, Probe } from 'cdk8s-plus-27';
import { Health, type Version } from '../topology';

/** A container has five minutes to start; the liveness probe begins afterwards. */
const START = { periodSeconds: Duration.seconds(5), failureThreshold: 60 };

/** The probes of a version's container, except gRPC probes: see {@link grpcProbes}. */
export function probes(version: Version): Pick<ContainerProps, 'readiness' | 'liveness' | 'startup'> {
  const health = healthOf(version);
  const port = version.service.ports[0]?.target;
  if (health.kind === 'http') {
    const path = health.path ?? '/';
    return {
      readiness: Probe.fromHttpGet(path, { port }),
      liveness: Probe.fromHttpGet(path, { port }),
      startup: Probe.fromHttpGet(path, { port, ...START }),
    };
  }
  if (health.kind === 'tcp') {
    return {
      readiness: Probe.fromTcpSocket({ port }),
      liveness: Probe.fromTcpSocket({ port }),
      startup: Probe.fromTcpSocket({ port, ...START }),
    };
  }
  return {};
}

/** gRPC probes as patches of the first container, since cdk8s-plus-27 has no construct for them. */
export function grpcProbes(version: Version): JsonPatch[] {
  if (healthOf(version).kind !== 'grpc') {
    return [];
  }
  const probe = { grpc: { port: version.service.firstPort().target } };
  const container = '/spec/template/spec/containers/0';
  return [
    JsonPatch.add(`${container}/readinessProbe`, probe),
    JsonPatch.add(`${container}/livenessProbe`, probe),
    JsonPatch.add(`${container}/startupProbe`, { ...probe, periodSeconds: 5, failureThreshold: 60 }),
  ];
}

function healthOf({ workload, service }: Version): Health {
  return workload.health ?? (service.ports.length > 0 ? Health.tcp() : Health.none());
}
