import { ValidationError } from '../validation-error';
import type { EnvFrom } from './env';
import { type Env, validateEnv } from './env';
import type { Health } from './health';
import { type Lifecycle, OF_LIFECYCLE } from './lifecycle';
import { OF_PROBES, type Probes } from './probes';
import { OF_RESOURCES, type Resources } from './resources';
import { OF_SECURITY_CONTEXT, requireUser, type SecurityContext } from './security-context';
import { requireAbsolutePath, requireNoNul } from './texts';
import { anyValue, listOf, nested, type Validations } from './validations';
import { OF_VOLUME_MOUNTS, requireDistinctPaths, type VolumeMount } from './volume-mount';

/** When the kubelet pulls an image. */
export enum ImagePullPolicy {
  /** At each start: needed for tags that move. */
  ALWAYS = 'Always',
  /** If the node does not have it. */
  IF_NOT_PRESENT = 'IfNotPresent',
  /** Never: the node must have it. */
  NEVER = 'Never',
}

/** Properties of a container: that of a service, and further ones in its pods. */
export interface ContainerProps {
  /**
   * Environment variables: texts, and references to Secrets, ConfigMaps and fields of the pod. `$(NAME)` in a text is
   * replaced with the variable of that name, which is rendered before it.
   * @default - none beside the addresses of callees
   */
  readonly env?: Env;
  /**
   * Environment variables from all keys of Secrets and ConfigMaps; `env` overrides them.
   * @default - none
   */
  readonly envFrom?: EnvFrom[];
  /** @default - the image's own */
  readonly command?: string[];
  /** @default - the image's own */
  readonly args?: string[];
  /**
   * The working directory.
   * @default - the image's own
   */
  readonly workingDir?: string;
  /** @default ImagePullPolicy.IF_NOT_PRESENT */
  readonly imagePullPolicy?: ImagePullPolicy;
  /** @default - none */
  readonly resources?: Resources;
  /**
   * The numeric user id that the container runs as. Root is rejected: see `securityContext.runAsRoot`.
   * @default - the image's own, which must be numeric and not root
   */
  readonly runAsUser?: number;
  /**
   * What the container may do beyond the default.
   * @default - nothing
   */
  readonly securityContext?: SecurityContext;
  /**
   * Directories that the container may write to; its root file system is read-only. In the cluster: emptyDir volumes.
   * @default - none
   */
  readonly writablePaths?: string[];
  /**
   * Volumes in its file system.
   * @default - none
   */
  readonly volumeMounts?: VolumeMount[];
  /**
   * The probe for startup, readiness and liveness.
   * @default - a TCP connection to the first port; none without a port
   */
  readonly health?: Health;
  /**
   * Probes that differ from `health`.
   * @default - `health`
   */
  readonly probes?: Probes;
  /**
   * Hooks after the start and before the end.
   * @default - none
   */
  readonly lifecycle?: Lifecycle;
}

/** The validation of each property of a container. */
export const OF_CONTAINER: Validations<ContainerProps> = {
  env: validateEnv,
  envFrom: anyValue,
  command: requireNoNul,
  args: requireNoNul,
  workingDir: (path, directory) => {
    requireAbsolutePath(path, directory);
  },
  imagePullPolicy: anyValue,
  resources: nested(OF_RESOURCES),
  runAsUser: (path, user, { securityContext }) => {
    requireUser(path, user);
    if (securityContext?.runAsRoot !== undefined) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: `The container runs as user ${user} and as root.`,
        fix: 'Give either `runAsUser` or `securityContext.runAsRoot`.',
      });
    }
  },
  securityContext: nested(OF_SECURITY_CONTEXT),
  writablePaths: (path, writablePaths, { volumeMounts = [] }) => {
    writablePaths.forEach(each => requireAbsolutePath(path, each));
    requireDistinctPaths(path, [...writablePaths, ...volumeMounts.map(mount => mount.path)]);
  },
  volumeMounts: (path, volumeMounts) => {
    listOf(OF_VOLUME_MOUNTS)(path, volumeMounts);
    requireDistinctPaths(
      path,
      volumeMounts.map(mount => mount.path),
    );
  },
  health: anyValue,
  probes: nested(OF_PROBES),
  lifecycle: nested(OF_LIFECYCLE),
};
