import { type ContainerProps, Health } from '../../topology';
import type { Json } from './without-defaults';

/** A container has five minutes to start; the liveness probe begins afterwards. */
const START = { periodSeconds: 5, failureThreshold: 60 };

/** The probes of a container. One without a first port has those that are declared. */
export function probesOf({ health, probes = {} }: ContainerProps, firstPort: number | undefined): Json {
  const usual = health ?? (firstPort === undefined ? Health.none() : Health.tcp());
  const { startup, readiness = usual, liveness = usual } = probes;
  const atStart = probeOf(startup ?? usual, firstPort);
  return {
    startupProbe: atStart && { ...atStart, ...START, ...(startup && timesOf(startup)) },
    readinessProbe: withSuccesses(probeOf(readiness, firstPort), readiness.options.successThreshold),
    livenessProbe: probeOf(liveness, firstPort),
  };
}

function probeOf(probe: Health, firstPort: number | undefined): Json | undefined {
  const handler = handlerOf(probe, firstPort);
  return handler && { ...handler, ...timesOf(probe) };
}

function handlerOf({ kind, path, command, options }: Health, firstPort: number | undefined): Json | undefined {
  const port = options.port ?? firstPort;
  switch (kind) {
    case 'http': {
      const headers = Object.entries(options.headers ?? {}).map(([name, value]) => ({ name, value }));
      return {
        httpGet: {
          path,
          port,
          scheme: options.https ? 'HTTPS' : undefined,
          httpHeaders: headers.length > 0 ? headers : undefined,
        },
      };
    }
    case 'grpc':
      return { grpc: { port, service: options.service } };
    case 'tcp':
      return { tcpSocket: { port } };
    case 'exec':
      return { exec: { command } };
    default:
      return undefined;
  }
}

function timesOf({ options: { initialDelay, period, timeout, failureThreshold } }: Health): Json {
  const times = {
    initialDelaySeconds: initialDelay?.toSeconds(),
    periodSeconds: period?.toSeconds(),
    timeoutSeconds: timeout?.toSeconds(),
    failureThreshold,
  };
  return Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
}

/** Kubernetes accepts more than one success for readiness only. */
function withSuccesses(probe: Json | undefined, successThreshold: number | undefined): Json | undefined {
  return probe && { ...probe, successThreshold };
}
