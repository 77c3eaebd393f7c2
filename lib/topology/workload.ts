import { ValidationError } from './validation-error';
import { requireDnsLabel, requireEnvironmentVariable } from './names';
import { requireInteger, requirePercentage } from './numbers';
import { namesIn } from './property-table';
import type { Health } from './health';

/** CPU and memory in Kubernetes quantities. */
export interface Resources {
  /**
   * The CPU request: cores (`2`, `0.5`) or thousandths of one (`100m`).
   * @default - none
   */
  readonly cpu?: string;
  /** @default - none */
  readonly cpuLimit?: string;
  /**
   * The memory request: `64Mi`, `1Gi`.
   * @default - none
   */
  readonly memory?: string;
  /** @default - none */
  readonly memoryLimit?: string;
}

/** Autoscaling by CPU utilization. In the cluster: a HorizontalPodAutoscaler. */
export interface Autoscaling {
  /** The number of pods at least: `minReplicas`. */
  readonly min: number;
  /** The number of pods at most: `maxReplicas`. */
  readonly max: number;
  /**
   * The target average utilization of the requested CPU, in percent.
   * @default 70
   */
  readonly cpuPercent?: number;
}

/** Properties of a workload; each version of a service may differ. */
export interface WorkloadProps {
  /** @default - none beside the addresses of callees */
  readonly env?: { readonly [name: string]: string };
  /** @default - the image's own */
  readonly command?: string[];
  /** @default - the image's own */
  readonly args?: string[];
  /**
   * The number of pods.
   * @default 2
   */
  readonly replicas?: number;
  /** @default - a fixed number of replicas */
  readonly autoscaling?: Autoscaling;
  /**
   * How readiness and liveness are probed.
   * @default - a TCP connection to the first port; none without a port
   */
  readonly health?: Health;
  /** @default - none */
  readonly resources?: Resources;
  /**
   * The numeric user id that the container runs as. Root is rejected.
   * @default - the image's own, which must be numeric and not root
   */
  readonly runAsUser?: number;
  /**
   * Directories that the container may write to; its root file system is read-only. In the cluster: emptyDir volumes.
   * @default - none
   */
  readonly writablePaths?: string[];
}

const CPU = /^(\d+m|\d+(\.\d{1,3})?)$/;
const MEMORY = /^\d+(Mi|Gi)$/;

/** The validation of each property. A property without an entry does not compile. */
const PROPERTIES = {
  env: (where, { env = {} }) => {
    Object.keys(env).forEach(name => requireEnvironmentVariable(where, name));
    requireNoNul(where, Object.values(env));
  },
  command: (where, { command = [] }) => {
    requireNoNul(where, command);
  },
  args: (where, { args = [] }) => {
    requireNoNul(where, args);
  },
  replicas: (where, { replicas = 0 }) => {
    requireInteger(where, 'The number of replicas', replicas, 0);
  },
  autoscaling: validateAutoscaling,
  health: anyValue,
  resources: (where, { resources = {} }) => {
    requireQuantities(where, resources);
  },
  runAsUser: validateUser,
  writablePaths: (where, { writablePaths = [] }) => {
    writablePaths.forEach(path => requireAbsolutePath(where, path));
    requireDistinctPaths(where, writablePaths);
  },
} satisfies { readonly [K in keyof WorkloadProps]-?: (where: string, props: WorkloadProps) => void };

/** The names of all properties of a workload. */
export const WORKLOAD_PROPERTIES = namesIn(PROPERTIES);

/** Rejects what Kubernetes would reject, and what would have no effect. */
export function validateWorkload(path: string, props: WorkloadProps): void {
  Object.values(PROPERTIES).forEach(validate => {
    validate(path, props);
  });
}

/** Rejects texts that Kubernetes accepts but no process can start with: Linux ends them at the first NUL. */
function requireNoNul(path: string, texts: readonly string[]): void {
  const wrong = texts.find(text => text.includes('\0'));
  if (wrong !== undefined) {
    throw new ValidationError({
      code: 'InvalidText',
      path,
      summary: `${JSON.stringify(wrong)} contains NUL, with which no container starts.`,
      fix: 'Take it out of `env`, `command` and `args`, or mount a file.',
    });
  }
}

/** The name of a Deployment: `SERVICE-VERSION`. */
export function deploymentName(path: string, service: string, version: string): string {
  const name = `${service}-${version}`;
  requireDnsLabel(path, 'a Deployment', name);
  return name;
}

function anyValue(): void {
  // Kubernetes accepts any value.
}

function validateUser(path: string, { runAsUser: user }: WorkloadProps): void {
  if (user !== undefined) {
    requireInteger(path, 'The user', user, 1, 2 ** 31 - 1);
  }
  if (user === 1337) {
    throw new ValidationError({
      code: 'ReservedUser',
      path,
      summary: "Istio's proxy runs as user 1337, so the traffic of this user bypasses the proxy.",
      fix: 'Use another user id.',
    });
  }
}

function requireQuantities(path: string, resources: Resources): void {
  const { cpu, cpuLimit, memory, memoryLimit } = resources;
  for (const [what, value, grammar, example] of [
    ['cpu', cpu, CPU, '100m or 0.5'],
    ['cpuLimit', cpuLimit, CPU, '100m or 0.5'],
    ['memory', memory, MEMORY, '64Mi or 1Gi'],
    ['memoryLimit', memoryLimit, MEMORY, '64Mi or 1Gi'],
  ] as const) {
    if (value !== undefined && !grammar.test(value)) {
      throw new ValidationError({
        code: 'InvalidQuantity',
        path,
        summary: `${what} is "${value}".`,
        fix: `Write a quantity such as ${example}.`,
      });
    }
  }
  requireRoom(path, 'cpu', cpu, cpuLimit, thousandths);
  requireRoom(path, 'memory', memory, memoryLimit, mebibytes);
}

function requireRoom(
  path: string,
  what: string,
  reserved: string | undefined,
  limit: string | undefined,
  measure: (quantity: string) => number,
): void {
  if (reserved !== undefined && limit !== undefined && measure(reserved) > measure(limit)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The ${what} request ${reserved} is greater than the limit ${limit}.`,
      fix: `Raise ${what}Limit, or request less.`,
    });
  }
}

function thousandths(quantity: string): number {
  return quantity.endsWith('m') ? parseInt(quantity, 10) : Math.round(parseFloat(quantity) * 1000);
}

function mebibytes(quantity: string): number {
  return parseInt(quantity, 10) * (quantity.endsWith('Gi') ? 1024 : 1);
}

function validateAutoscaling(path: string, { autoscaling, replicas, resources }: WorkloadProps): void {
  if (!autoscaling) {
    return;
  }
  requireInteger(path, 'The minimum number of replicas', autoscaling.min, 1);
  requireInteger(path, 'The maximum number of replicas', autoscaling.max, autoscaling.min);
  requirePercentage(path, 'The target CPU utilization', autoscaling.cpuPercent ?? 70);
  if (replicas !== undefined) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `It has ${replicas} replicas and an autoscaler that would change them.`,
      fix: 'Give either replicas or autoscaling.',
    });
  }
  if (resources?.cpu === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: 'Autoscaling uses the utilization of the CPU request, and there is no CPU request.',
      fix: 'Give resources.cpu, e.g. "100m".',
    });
  }
}

function requireAbsolutePath(where: string, path: string): void {
  if (!path.startsWith('/') || path.length < 2) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${path}" is not an absolute path of a directory.`,
      fix: 'Give an absolute path, e.g. "/data".',
    });
  }
}

function requireDistinctPaths(where: string, paths: readonly string[]): void {
  const duplicate = paths.find((path, index) => paths.indexOf(path) < index);
  if (duplicate) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `The directory "${duplicate}" is listed twice.`,
      fix: 'List each directory once.',
    });
  }
}
