import {
  type ContainerProps,
  type EnvFrom,
  EnvValue,
  type FurtherContainer,
  ImagePullPolicy,
  type InitContainer,
  inOrderOfReference,
  type Lifecycle,
  type Resources,
  type SecurityContext,
  type SecurityProfile,
} from '../../topology';
import { fieldsBy } from '../rendering';
import { probesOf } from './probes';
import type { Json } from './without-defaults';

/** What a container is rendered with. */
interface Rendering {
  /** The first part of the names of volumes for `writablePaths`. */
  readonly writable: string;
  /** The port that probes and hooks connect to unless they name one. */
  readonly firstPort?: number;
}

/** The volumes of the service's own container for `writablePaths` are `writable-0` and so on. */
export const WRITABLE = 'writable';

/** A container beside that of the service, as the API has it. */
export function furtherContainer(container: FurtherContainer): Json {
  const { name, image, command, args, workingDir } = container;
  const { imagePullPolicy = ImagePullPolicy.IF_NOT_PRESENT } = container;
  return {
    ...{ name, image, imagePullPolicy, command, args, workingDir },
    ...containerFields(container, { writable: `${name}-${WRITABLE}` }),
  };
}

/** A container that runs before the others, or a native sidecar. */
export function initContainer(container: InitContainer): Json {
  return { ...furtherContainer(container), ...(container.sidecar ? { restartPolicy: 'Always' } : {}) };
}

/** The fields of a container that cdk8s-plus does not render as they are declared. */
export function containerFields(container: ContainerProps, rendering: Rendering): Json {
  return fieldsBy(FIELDS, container, rendering);
}

/**
 * The field that each property of a container is rendered to, or where else it is rendered. A property without an entry
 * does not compile.
 */
const FIELDS = {
  env: ({ env = {} }, { writable }) => ({ env: orUndefined(variablesOf(writable, env)) }),
  envFrom: ({ envFrom }) => ({ envFrom: envFrom?.map(sourceOf) }),
  command: 'Rendered with cdk8s-plus.',
  args: 'Rendered with cdk8s-plus.',
  workingDir: 'Rendered with cdk8s-plus.',
  imagePullPolicy: 'Rendered with cdk8s-plus.',
  resources: ({ resources }) => ({ resources: resources && resourcesOf(resources) }),
  runAsUser: 'A part of the security context.',
  securityContext: container => ({ securityContext: securityOf(container) }),
  writablePaths: 'Mounted with the other volumes.',
  volumeMounts: (container, { writable }) => ({ volumeMounts: orUndefined(mountsOf(container, writable)) }),
  health: 'The default of the probes.',
  probes: (container, { firstPort }) => probesOf(container, firstPort),
  lifecycle: ({ lifecycle }, { firstPort }) => ({ lifecycle: lifecycle && hooksOf(lifecycle, firstPort) }),
} satisfies {
  readonly [K in keyof ContainerProps]-?: ((container: ContainerProps, rendering: Rendering) => Json) | string;
};

/** The variables of a container in the order of their references. */
function variablesOf(path: string, env: NonNullable<ContainerProps['env']>): Json[] {
  return [...inOrderOfReference(path, env)].map(([name, value]) =>
    value instanceof EnvValue ? { name, valueFrom: { [value.kind]: { ...value.reference } } } : { name, value },
  );
}

function mountsOf({ writablePaths = [], volumeMounts = [] }: ContainerProps, writable: string): Json[] {
  return [
    ...writablePaths.map((mountPath, index) => ({ mountPath, name: `${writable}-${index}` })),
    ...volumeMounts.map(({ path, volume, subPath, readOnly }) => ({
      mountPath: path,
      name: volume.name,
      subPath,
      readOnly: readOnly ? true : undefined,
    })),
  ];
}

function sourceOf({ kind, name, optional, prefix }: EnvFrom): Json {
  return { [kind]: { name, optional: optional ? true : undefined }, prefix };
}

function resourcesOf(resources: Resources): Json | undefined {
  const requests: Json = {};
  const limits: Json = {};
  for (const amountsOf of Object.values<(resources: Resources) => Amounts>(AMOUNTS)) {
    const amounts = amountsOf(resources);
    Object.assign(requests, amounts.requests);
    Object.assign(limits, amounts.limits);
  }
  return orNone({ requests: orNone(requests), limits: orNone(limits) });
}

interface Amounts {
  readonly requests?: Json;
  readonly limits?: Json;
}

/** The requests and limits that each property is rendered to. A property without an entry does not compile. */
const AMOUNTS = {
  cpu: ({ cpu }) => ({ requests: { cpu } }),
  cpuLimit: ({ cpuLimit }) => ({ limits: { cpu: cpuLimit } }),
  memory: ({ memory }) => ({ requests: { memory } }),
  memoryLimit: ({ memoryLimit }) => ({ limits: { memory: memoryLimit } }),
  ephemeralStorage: ({ ephemeralStorage }) => ({ requests: { 'ephemeral-storage': ephemeralStorage } }),
  ephemeralStorageLimit: ({ ephemeralStorageLimit }) => ({ limits: { 'ephemeral-storage': ephemeralStorageLimit } }),
  extended: ({ extended = {} }) => ({
    limits: Object.fromEntries(Object.entries(extended).map(([name, count]) => [name, String(count)])),
  }),
} satisfies { readonly [K in keyof Resources]-?: (resources: Resources) => Amounts };

/** The security context of a container: the user and what is always denied, and what is declared. */
function securityOf(container: ContainerProps): Json {
  const { runAsUser, securityContext = {} } = container;
  return {
    allowPrivilegeEscalation: false,
    runAsUser,
    ...fieldsBy(SECURITY, securityContext),
  };
}

/** The fields that each property is rendered to. A property without an entry does not compile. */
const SECURITY = {
  runAsRoot: ({ runAsRoot }) =>
    runAsRoot === undefined ? { runAsNonRoot: true } : { runAsNonRoot: false, runAsUser: 0 },
  runAsGroup: ({ runAsGroup }) => ({ runAsGroup }),
  readOnlyRootFilesystem: ({ readOnlyRootFilesystem = true }) => ({ readOnlyRootFilesystem }),
  capabilities: ({ capabilities: add }) => ({ capabilities: { drop: ['ALL'], add: add && orUndefined(add) } }),
  seccompProfile: ({ seccompProfile }) => ({ seccompProfile: seccompProfile && profileOf(seccompProfile) }),
  appArmorProfile: ({ appArmorProfile }) => ({ appArmorProfile: appArmorProfile && profileOf(appArmorProfile) }),
} satisfies { readonly [K in keyof SecurityContext]-?: (security: SecurityContext) => Json };

function profileOf({ type, localhostProfile }: SecurityProfile): Json {
  return { type, localhostProfile };
}

function hooksOf({ postStart, preStop }: Lifecycle, firstPort: number | undefined): Json {
  const [afterStart, beforeStop] = [postStart, preStop].map(handler => {
    return (
      handler && {
        [handler.kind]:
          handler.kind === 'httpGet'
            ? { ...handler.action, port: handler.action.port ?? firstPort }
            : { ...handler.action },
      }
    );
  });
  return { postStart: afterStart, preStop: beforeStop };
}

function orUndefined<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

function orNone(fields: Json = {}): Json | undefined {
  return Object.values(fields).some(value => value !== undefined) ? fields : undefined;
}
