import { requireInteger } from '../numbers';
import { ValidationError } from '../validation-error';
import { requireRelativePath } from './texts';
import { anyValue, type Validations } from './validations';

/** A profile of seccomp or AppArmor. Containers without any profile cannot be declared. */
export class SecurityProfile {
  /** The profile of the container runtime. */
  static runtimeDefault(): SecurityProfile {
    return new SecurityProfile('RuntimeDefault');
  }

  /** A profile that every node has: a file below the kubelet's folder for seccomp, a loaded profile for AppArmor. */
  static localhost(profile: string): SecurityProfile {
    requireRelativePath('SecurityProfile.localhost', profile);
    return new SecurityProfile('Localhost', profile);
  }

  private constructor(
    /** The type of the profile: `RuntimeDefault` or `Localhost`. */
    readonly type: string,
    /** The profile on the nodes; undefined for that of the runtime. */
    readonly localhostProfile?: string,
  ) {}
}

/**
 * What a container may do beyond the default: no root, no capabilities, no privilege escalation, a read-only root file
 * system, and the seccomp profile of the runtime.
 */
export interface SecurityContext {
  /**
   * The reason why the container runs as root (user 0), for images that cannot run as another user. It becomes the
   * annotation `cdk8s-cardinal/runs-as-root` of the workload.
   * @default - the container does not run as root
   */
  readonly runAsRoot?: string;
  /**
   * The numeric group id that the container runs as.
   * @default - that of the image
   */
  readonly runAsGroup?: number;
  /**
   * Whether the root file system is read-only; declare `false` for images that write beside their volumes.
   * @default true
   */
  readonly readOnlyRootFilesystem?: boolean;
  /**
   * Added capabilities, e.g. `NET_BIND_SERVICE`: those that the Pod Security level `baseline` allows.
   * @default - none
   * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
   */
  readonly capabilities?: string[];
  /**
   * The seccomp profile.
   * @default SecurityProfile.runtimeDefault()
   */
  readonly seccompProfile?: SecurityProfile;
  /**
   * The AppArmor profile: from Kubernetes 1.30 on.
   * @default - that of the runtime, on nodes with AppArmor
   */
  readonly appArmorProfile?: SecurityProfile;
}

/** Settings of the pod as a whole. */
export interface PodSecurityContext {
  /**
   * The group that owns the files of volumes, and that every container is a member of.
   * @default - none
   */
  readonly fsGroup?: number;
  /**
   * Whether the owner of existing files is changed only if that of the volume's root differs, which is faster.
   * @default false
   */
  readonly fsGroupChangeOnRootMismatch?: boolean;
  /**
   * Further groups that every container is a member of.
   * @default - none
   */
  readonly supplementalGroups?: number[];
}

/** @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
const CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

export const OF_SECURITY_CONTEXT: Validations<SecurityContext> = {
  runAsRoot: (path, reason) => {
    if (typeof reason !== 'string' || reason.trim() === '') {
      throw new ValidationError({
        code: 'MissingReason',
        path,
        summary: 'The container runs as root, without a reason.',
        fix: 'Give the reason as text, e.g. "the entry point changes the owner of /data", or set `runAsUser`.',
      });
    }
  },
  runAsGroup: (path, group) => {
    requireGroup(path, 'The group', group, 1);
  },
  readOnlyRootFilesystem: anyValue,
  capabilities: (path, capabilities) => {
    capabilities.forEach(capability => {
      requireCapability(path, capability);
    });
  },
  seccompProfile: anyValue,
  appArmorProfile: anyValue,
};

export const OF_POD_SECURITY_CONTEXT: Validations<PodSecurityContext> = {
  fsGroup: (path, group) => {
    requireGroup(path, 'The group of volumes', group, 0);
  },
  fsGroupChangeOnRootMismatch: (path, _value, { fsGroup }) => {
    if (fsGroup === undefined) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'Owners of files are changed for `fsGroup`, which is not set.',
        fix: 'Set `fsGroup`, or leave `fsGroupChangeOnRootMismatch` out.',
      });
    }
  },
  supplementalGroups: (path, groups) => {
    groups.forEach(group => {
      requireGroup(path, 'A supplemental group', group, 0);
    });
  },
};

/** The user and group of Istio's proxy, whose traffic is not redirected to it. */
const ISTIO = 1337;
/** The user of Linkerd's proxy, whose traffic is not redirected to it. */
const LINKERD = 2102;

/** Rejects user 0, and the users whose traffic bypasses a proxy. */
export function requireUser(path: string, user: number): void {
  requireInteger(path, 'The user', user, 1, 2 ** 31 - 1);
  if (user === ISTIO || user === LINKERD) {
    throw new ValidationError({
      code: 'ReservedUser',
      path,
      summary: `The proxy of ${user === ISTIO ? 'Istio' : 'Linkerd'} runs as user ${user}, so the traffic of this user bypasses the proxy.`,
      fix: 'Use another user id.',
    });
  }
}

function requireGroup(path: string, what: string, group: number, least: number): void {
  requireInteger(path, what, group, least, 2 ** 31 - 1);
  if (group === ISTIO) {
    throw new ValidationError({
      code: 'ReservedUser',
      path,
      summary: "Istio's proxy runs as group 1337, so the traffic of this group bypasses the proxy.",
      fix: 'Use another group id.',
    });
  }
}

function requireCapability(path: string, capability: string): void {
  if (!CAPABILITIES.includes(capability)) {
    throw new ValidationError({
      code: 'UnsafeCapability',
      path,
      summary: capability.startsWith('CAP_')
        ? `"${capability}" begins with "CAP_", which Kubernetes leaves out.`
        : `A container with "${capability}" could leave its isolation, or the redirection of its traffic to the proxy.`,
      fix: `Use one of ${CAPABILITIES.join(', ')}.`,
    });
  }
}
