import type { Duration } from 'cdk8s';
import { requireDnsLabel, requireDnsSubdomain } from '../names';
import { requireInteger } from '../numbers';
import { requireConfigKey } from './keys';
import { ValidationError } from '../validation-error';
import type { AccessMode } from '../workload-kind';
import type { ReferenceOptions } from './env';
import { requireBytes } from './quantity';
import { requireSeconds } from './seconds';
import { requireRelativePath } from './texts';

/** Options of a volume with the files of a ConfigMap or Secret. */
export interface FilesOptions extends ReferenceOptions {
  /**
   * The file of each key, relative to the mount path. Other keys have no file.
   * @default - a file for each key, named like it
   */
  readonly items?: { readonly [key: string]: string };
  /**
   * The permission bits of the files, e.g. `0o440`.
   * @default 0o644
   */
  readonly defaultMode?: number;
}

/** Options of {@link Volume.emptyDir}. */
export interface EmptyDirOptions {
  /**
   * Whether the files are in memory: they count as memory of the container that writes them.
   * @default false
   */
  readonly inMemory?: boolean;
  /**
   * The size above which the pod is evicted, e.g. `64Mi`.
   * @default - no limit but that of the node
   */
  readonly sizeLimit?: string;
}

/** Options of {@link Volume.existingClaim}. */
export interface ExistingClaimOptions {
  /** @default false */
  readonly readOnly?: boolean;
}

/** A PersistentVolumeClaim that is rendered with its workload. */
export interface ClaimProps {
  /** The requested size, e.g. `10Gi`. */
  readonly storage: string;
  /** @default AccessMode.READ_WRITE_ONCE */
  readonly accessMode?: AccessMode;
  /**
   * The StorageClass of the volume.
   * @default - that of the cluster
   */
  readonly storageClassName?: string;
}

/** Options of {@link Volume.serviceAccountToken}. */
export interface TokenOptions {
  /**
   * The name of the file.
   * @default token
   */
  readonly path?: string;
  /**
   * The time after which the token expires; the kubelet replaces it earlier. At least 10 minutes.
   * @default - one hour
   */
  readonly expiration?: Duration;
}

/**
 * A volume of a pod. Containers that mount the same object share its files. There is no `hostPath`: a pod with files of
 * its node can take control of the node, and the Pod Security levels `baseline` and `restricted` reject it.
 */
export class Volume {
  /** An empty directory that exists as long as the pod. */
  static emptyDir(name: string, { inMemory, sizeLimit }: EmptyDirOptions = {}): Volume {
    if (sizeLimit !== undefined) {
      requireBytes('Volume.emptyDir', 'sizeLimit', sizeLimit);
    }
    return new Volume(name, {
      emptyDir: {
        ...(inMemory ? { medium: 'Memory' } : {}),
        ...(sizeLimit === undefined ? {} : { sizeLimit }),
      },
    });
  }

  /** The keys of a ConfigMap in the namespace of the pod as files. */
  static configMap(name: string, configMap: string, options: FilesOptions = {}): Volume {
    requireDnsSubdomain('Volume.configMap', 'a ConfigMap', configMap);
    return new Volume(name, { configMap: { name: configMap, ...filesOf('Volume.configMap', options) } });
  }

  /** The keys of a Secret in the namespace of the pod as files. */
  static secret(name: string, secret: string, options: FilesOptions = {}): Volume {
    requireDnsSubdomain('Volume.secret', 'a Secret', secret);
    return new Volume(name, { secret: { secretName: secret, ...filesOf('Volume.secret', options) } });
  }

  /** A PersistentVolumeClaim that exists in the namespace of the pod. */
  static existingClaim(name: string, claim: string, { readOnly }: ExistingClaimOptions = {}): Volume {
    requireDnsSubdomain('Volume.existingClaim', 'a PersistentVolumeClaim', claim);
    return new Volume(name, { persistentVolumeClaim: { claimName: claim, ...(readOnly ? { readOnly } : {}) } });
  }

  /**
   * A PersistentVolumeClaim of its own for each version, `SERVICE-VERSION-NAME`. One that a single node or pod can
   * mount needs a single replica.
   */
  static claim(name: string, props: ClaimProps): Volume {
    requireBytes('Volume.claim', 'storage', props.storage);
    if (props.storageClassName !== undefined) {
      requireDnsSubdomain('Volume.claim', 'a StorageClass', props.storageClassName);
    }
    return new Volume(name, {}, props);
  }

  /**
   * A token of the pod's ServiceAccount for one audience, as other systems verify it: a projected volume.
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
   */
  static serviceAccountToken(name: string, audience: string, { path, expiration }: TokenOptions = {}): Volume {
    if (audience === '') {
      throw new ValidationError({
        code: 'NoEffect',
        path: 'Volume.serviceAccountToken',
        summary: 'The audience is empty, so the token would be one for the API server.',
        fix: 'Name the system that verifies the token, e.g. "sts.amazonaws.com".',
      });
    }
    requireSeconds('Volume.serviceAccountToken', 'The expiration of the token', expiration, 600, 2 ** 32);
    if (path !== undefined) {
      requireRelativePath('Volume.serviceAccountToken', path);
    }
    return new Volume(name, {
      projected: {
        sources: [
          {
            serviceAccountToken: {
              audience,
              path: path ?? 'token',
              ...(expiration ? { expirationSeconds: expiration.toSeconds() } : {}),
            },
          },
        ],
      },
    });
  }

  private constructor(
    /** The name of the volume, unique in its pod. */
    readonly name: string,
    /** The source of its files, as the pod has it; empty for a claim of its own. */
    readonly source: { readonly [kind: string]: object },
    /** The claim that is rendered with the workload; undefined for other volumes. */
    readonly ownClaim?: ClaimProps,
  ) {
    requireDnsLabel('Volume', 'a volume', name);
  }
}

function filesOf(path: string, { items, defaultMode, optional }: FilesOptions): object {
  Object.entries(items ?? {}).forEach(([key, file]) => {
    requireConfigKey(path, key);
    requireRelativePath(path, file);
  });
  if (defaultMode !== undefined) {
    requireInteger(path, 'defaultMode', defaultMode, 0, 0o777);
  }
  return {
    ...(items ? { items: Object.entries(items).map(([key, file]) => ({ key, path: file })) } : {}),
    ...(defaultMode === undefined ? {} : { defaultMode }),
    ...(optional ? { optional } : {}),
  };
}
