import type { Duration } from 'cdk8s';
import { requireInteger } from '../numbers';
import { ValidationError } from '../validation-error';
import { requireSeconds } from './seconds';
import { requireCommand } from './texts';
import { anyValue, validateAll, type Validations } from './validations';

/** When and how often a container is probed. */
export interface ProbeOptions {
  /**
   * The time between the start of the container and the first probe.
   * @default - none
   */
  readonly initialDelay?: Duration;
  /**
   * The time between two probes.
   * @default - 10 seconds; 5 seconds at startup
   */
  readonly period?: Duration;
  /**
   * The time after which a probe without a response has failed.
   * @default - one second
   */
  readonly timeout?: Duration;
  /**
   * The number of failures in a row after which the container is not ready, or is restarted.
   * @default - 3; 60 at startup, so that a container has five minutes to start
   */
  readonly failureThreshold?: number;
  /**
   * The number of successes in a row after which a container is ready again. Of readiness only.
   * @default 1
   */
  readonly successThreshold?: number;
}

/** Options of a probe that connects to a port. */
export interface PortProbeOptions extends ProbeOptions {
  /**
   * The container port that is probed.
   * @default - the target of the service's first port
   */
  readonly port?: number;
}

/** Options of {@link Health.http}. */
export interface HttpProbeOptions extends PortProbeOptions {
  /**
   * Whether the request is sent over TLS; the kubelet does not verify the certificate.
   * @default false
   */
  readonly https?: boolean;
  /**
   * Headers of the request, e.g. `{ Host: 'shop.example' }`.
   * @default - none
   */
  readonly headers?: { readonly [name: string]: string };
}

/** Options of {@link Health.grpc}. */
export interface GrpcProbeOptions extends PortProbeOptions {
  /**
   * The name of the service in the health check.
   * @default - empty: the server as a whole
   */
  readonly service?: string;
}

/** How a container is probed: one of `startupProbe`, `readinessProbe` and `livenessProbe`, or all three. */
export class Health {
  /** Healthy if a GET of that path gets a status from 200 to 399. */
  static http(path: string, options: HttpProbeOptions = {}): Health {
    if (path === '') {
      throw new ValidationError({
        code: 'InvalidPath',
        path: 'Health.http',
        summary: 'The path is empty.',
        fix: 'Give the path of the health check, e.g. "/healthz".',
      });
    }
    return new Health('http', options, path);
  }

  /**
   * Healthy if the gRPC health service responds SERVING.
   * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
   */
  static grpc(options: GrpcProbeOptions = {}): Health {
    return new Health('grpc', options);
  }

  /** Healthy if the port accepts a connection. */
  static tcp(options: PortProbeOptions = {}): Health {
    return new Health('tcp', options);
  }

  /** Healthy if the command ends with exit code 0 inside the container. */
  static exec(command: string[], options: ProbeOptions = {}): Health {
    requireCommand('Health.exec', command);
    return new Health('exec', options, undefined, [...command]);
  }

  /** No probe: the workload is ready as soon as it runs. */
  static none(): Health {
    return new Health('none', {});
  }

  private constructor(
    /** The kind of probe: `http`, `grpc`, `tcp`, `exec` or `none`. */
    readonly kind: string,
    /** The port, the times, and what else the kind of probe has. */
    readonly options: HttpProbeOptions & GrpcProbeOptions,
    /** The path of an HTTP probe; undefined for the other kinds. */
    readonly path?: string,
    /** The command of an exec probe; undefined for the other kinds. */
    readonly command?: readonly string[],
  ) {
    validateAll(OF_OPTIONS, `Health.${kind}`, options);
  }

  /** Whether the probe connects to a port, and none is declared in it. */
  get needsPort(): boolean {
    return ['http', 'grpc', 'tcp'].includes(this.kind) && this.options.port === undefined;
  }
}

const OF_OPTIONS: Validations<HttpProbeOptions & GrpcProbeOptions> = {
  port: (path, port) => {
    requireInteger(path, 'The probed port', port, 1, 65535);
  },
  initialDelay: (path, value) => {
    requireSeconds(path, 'The initial delay', value, 0);
  },
  period: (path, value) => {
    requireSeconds(path, 'The period', value);
  },
  timeout: (path, value) => {
    requireSeconds(path, 'The timeout', value);
  },
  failureThreshold: (path, value) => {
    requireInteger(path, 'The failure threshold', value, 1);
  },
  successThreshold: (path, value) => {
    requireInteger(path, 'The success threshold', value, 1);
  },
  https: anyValue,
  headers: (path, headers) => {
    Object.keys(headers).forEach(name => {
      requireProbeHeader(path, name);
    });
  },
  service: anyValue,
};

/** @see https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/validation.go */
function requireProbeHeader(path: string, name: string): void {
  if (!/^[-A-Za-z0-9]+$/.test(name)) {
    throw new ValidationError({
      code: 'InvalidHeader',
      path,
      summary: `"${name}" is not the name of a header that the kubelet sends.`,
      fix: 'Use letters, digits and "-".',
    });
  }
}
