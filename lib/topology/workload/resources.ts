import { requireInteger } from '../numbers';
import { ValidationError } from '../validation-error';
import { amountOf, requireBytes, requireCpu } from './quantity';
import type { Validations } from './validations';

/** CPU, memory, storage and devices of a container, in Kubernetes quantities; rendered as declared. */
export interface Resources {
  /**
   * The CPU request: cores (`2`, `0.5`) or thousandths of one (`100m`).
   * @default - none
   */
  readonly cpu?: string;
  /**
   * The CPU limit.
   * @default - none
   */
  readonly cpuLimit?: string;
  /**
   * The memory request, in bytes: `64Mi`, `1.5Gi`, `512M`.
   * @default - none
   */
  readonly memory?: string;
  /**
   * The memory limit.
   * @default - none
   */
  readonly memoryLimit?: string;
  /**
   * The request of local ephemeral storage: logs, writable layers and `emptyDir` volumes.
   * @default - none
   * @see https://kubernetes.io/docs/concepts/storage/ephemeral-storage/
   */
  readonly ephemeralStorage?: string;
  /**
   * The limit of local ephemeral storage, above which the pod is evicted.
   * @default - none
   */
  readonly ephemeralStorageLimit?: string;
  /**
   * The number of devices by the name of their resource, e.g. `{ 'nvidia.com/gpu': 1 }`: a limit, which is the
   * request as well.
   * @default - none
   * @see https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/
   */
  readonly extended?: { readonly [resource: string]: number };
}

export const OF_RESOURCES: Validations<Resources> = {
  cpu: (path, cpu, { cpuLimit }) => {
    requireCpu(path, 'cpu', cpu);
    requireRoom(path, 'cpu', cpu, cpuLimit);
  },
  cpuLimit: (path, value) => {
    requireCpu(path, 'cpuLimit', value);
  },
  memory: (path, memory, { memoryLimit }) => {
    requireBytes(path, 'memory', memory);
    requireRoom(path, 'memory', memory, memoryLimit);
  },
  memoryLimit: (path, value) => {
    requireBytes(path, 'memoryLimit', value);
  },
  ephemeralStorage: (path, ephemeralStorage, { ephemeralStorageLimit }) => {
    requireBytes(path, 'ephemeralStorage', ephemeralStorage);
    requireRoom(path, 'ephemeralStorage', ephemeralStorage, ephemeralStorageLimit);
  },
  ephemeralStorageLimit: (path, value) => {
    requireBytes(path, 'ephemeralStorageLimit', value);
  },
  extended: (path, extended) => {
    Object.entries(extended).forEach(([name, count]) => {
      requireExtendedResource(path, name);
      requireInteger(path, `The number of ${name}`, count, 1);
    });
  },
};

function requireRoom(path: string, what: string, request: string, limit: string | undefined): void {
  if (limit !== undefined && (amountOf(request) ?? 0) > (amountOf(limit) ?? Infinity)) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `The ${what} request ${request} is greater than the limit ${limit}.`,
      fix: `Raise ${what}Limit, or request less.`,
    });
  }
}

const EXTENDED = /^(?!requests\.)([a-z0-9]([-a-z0-9.]*[a-z0-9])?)\/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources */
function requireExtendedResource(path: string, name: string): void {
  if (!EXTENDED.test(name) || /(^|\.)kubernetes\.io\//.test(name)) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" is not the name of an extended resource.`,
      fix: 'Give a domain other than kubernetes.io and a name, e.g. "nvidia.com/gpu".',
    });
  }
}
