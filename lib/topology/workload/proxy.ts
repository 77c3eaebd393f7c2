import { isIP } from 'node:net';
import type { Duration } from 'cdk8s';
import { requireEnvironmentVariable } from '../names';
import { requireInteger } from '../numbers';
import { ValidationError } from '../validation-error';
import { OF_RESOURCES, type Resources } from './resources';
import { requireSeconds } from './seconds';
import { requireNoNul } from './texts';
import { anyValue, nested, type Validations } from './validations';

/** The least severe messages that a proxy logs. */
export enum ProxyLogLevel {
  /** Every step of each connection and request. */
  TRACE = 'trace',
  /** Details of each connection and request. */
  DEBUG = 'debug',
  /** Changes of the proxy's configuration. */
  INFO = 'info',
  /** What could be wrong. */
  WARNING = 'warning',
  /** What failed. */
  ERROR = 'error',
  /** What ends the proxy. */
  CRITICAL = 'critical',
  /** Nothing. */
  OFF = 'off',
}

/**
 * Settings of the proxy beside the containers of a pod. In the cluster: annotations of the pod.
 * @see https://istio.io/latest/docs/reference/config/annotations/
 */
export interface ProxyProps {
  /**
   * Requests and limits of CPU and memory. With any of them, those of the installation no longer apply.
   * @default - those of the installation
   */
  readonly resources?: ProxyResources;
  /**
   * The number of worker threads; 0 is one for each core of the node.
   * @default - the CPU limit of the proxy, rounded up
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#ProxyConfig
   */
  readonly concurrency?: number;
  /**
   * Whether the other containers start when the proxy is ready. Not needed where proxies are native sidecars.
   * @default - that of the installation
   */
  readonly holdApplicationUntilProxyStarts?: boolean;
  /**
   * The time for which open connections are closed gradually when a listener is replaced.
   * @default - 45 seconds
   */
  readonly drainDuration?: Duration;
  /**
   * The time for which the proxy serves open connections after SIGTERM.
   * @default - 5 seconds
   */
  readonly terminationDrainDuration?: Duration;
  /**
   * Container ports whose connections do not pass the proxy: without mutual TLS and AuthorizationPolicies. A port of
   * the service is an error.
   * @default - none
   */
  readonly excludeInboundPorts?: number[];
  /**
   * Ports to which connections do not pass the proxy. The port of a callee in the mesh is an error.
   * @default - none
   */
  readonly excludeOutboundPorts?: number[];
  /**
   * CIDR ranges to which connections do not pass the proxy.
   * @default - none
   */
  readonly excludeOutboundIPRanges?: string[];
  /**
   * The log level of the proxy.
   * @default ProxyLogLevel.WARNING
   */
  readonly logLevel?: ProxyLogLevel;
  /**
   * Log levels of components of Envoy, e.g. `{ http: ProxyLogLevel.DEBUG }`.
   * @default - that of the proxy
   */
  readonly componentLogLevel?: { readonly [component: string]: ProxyLogLevel };
  /**
   * Environment variables of the proxy, e.g. `{ EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'true' }`: `proxyMetadata`.
   * @default - none
   */
  readonly env?: { readonly [name: string]: string };
}

/** Requests and limits of a proxy. */
export interface ProxyResources {
  /**
   * The CPU request, e.g. `100m`.
   * @default - none
   */
  readonly cpu?: string;
  /**
   * The CPU limit.
   * @default - none
   */
  readonly cpuLimit?: string;
  /**
   * The memory request, e.g. `128Mi`.
   * @default - none
   */
  readonly memory?: string;
  /**
   * The memory limit.
   * @default - none
   */
  readonly memoryLimit?: string;
}

const { cpu, cpuLimit, memory, memoryLimit } = OF_RESOURCES;
const OF_PROXY_RESOURCES: Validations<ProxyResources & Pick<Resources, keyof ProxyResources>> = {
  cpu,
  cpuLimit,
  memory,
  memoryLimit,
};

export const OF_PROXY: Validations<ProxyProps> = {
  resources: nested(OF_PROXY_RESOURCES),
  concurrency: (path, value) => {
    requireInteger(path, 'The number of worker threads', value, 0);
  },
  holdApplicationUntilProxyStarts: anyValue,
  drainDuration: (path, value) => {
    requireSeconds(path, 'The drain duration', value);
  },
  terminationDrainDuration: (path, value) => {
    requireSeconds(path, 'The termination drain duration', value);
  },
  excludeInboundPorts: requirePorts,
  excludeOutboundPorts: requirePorts,
  excludeOutboundIPRanges: (path, ranges) => {
    ranges.forEach(range => {
      requireRange(path, range);
    });
  },
  logLevel: anyValue,
  componentLogLevel: (path, levels) => {
    Object.keys(levels).forEach(component => {
      requireComponent(path, component);
    });
  },
  env: (path, env) => {
    Object.keys(env).forEach(name => requireEnvironmentVariable(path, name));
    requireNoNul(path, Object.values(env));
  },
};

function requirePorts(path: string, ports: readonly number[]): void {
  ports.forEach(port => {
    requireInteger(path, 'The excluded port', port, 1, 65535);
  });
}

function requireRange(path: string, range: string): void {
  const [, address = '', prefix = ''] = /^([^/]+)\/([1-9]\d{0,2})$/.exec(range) ?? [];
  const version = isIP(address);
  if (version === 0 || Number(prefix) > (version === 4 ? 32 : 128)) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: range.endsWith('/0')
        ? `"${range}" is every address, so no connection would pass the proxy.`
        : `"${range}" is not a CIDR.`,
      fix: 'Give an address and a prefix length, e.g. "169.254.169.254/32".',
    });
  }
}

function requireComponent(path: string, component: string): void {
  if (!/^[a-z][a-z0-9_]*$/.test(component)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${component}" is not the name of a component of Envoy.`,
      fix: 'Give a name such as "http" or "upstream".',
    });
  }
}
