import { type Field, isMap } from '../../manifests';
import { call, cardinal, type Code, list, literal, name, object, objectOrNone } from '../program';
import { probesOf } from './probes';

/** What the containers of a pod share. */
export interface PodOfContainer {
  readonly pod: Field;
  /** The constants of volumes that several containers mount. */
  readonly volumes: ReadonlyMap<string, string>;
  /** The container port that probes use without one of their own. */
  readonly firstPort?: number;
}

/** The properties of a container as the model has them; what it has no property for is left out. */
export function containerProps(
  container: Field,
  { pod, volumes, firstPort }: PodOfContainer,
  isInit = false,
): Readonly<Record<string, Code | undefined>> {
  const texts = (field: string) => {
    const { texts: all } = container.get(field);
    return all.length > 0 ? literal(all) : undefined;
  };
  const isUser = userOf(container, pod);
  return {
    env: envOf(container.get('env').items),
    envFrom: envFromOf(container.get('envFrom').items),
    command: texts('command'),
    args: texts('args'),
    workingDir: container.get('workingDir').exists ? literal(container.get('workingDir').text) : undefined,
    imagePullPolicy: PULL_POLICIES[container.get('imagePullPolicy').text],
    resources: resourcesOf(container.get('resources')),
    runAsUser: isUser?.user === undefined ? undefined : literal(isUser.user),
    securityContext: isUser && securityOf(container, pod),
    volumeMounts: mountsOf(container, pod, volumes),
    ...(isInit ? {} : probesOf(container, firstPort)),
  };
}

const PULL_POLICIES: Readonly<Record<string, Code>> = {
  Always: { is: 'member', of: cardinal('ImagePullPolicy'), name: 'ALWAYS' },
  Never: { is: 'member', of: cardinal('ImagePullPolicy'), name: 'NEVER' },
};

/** The users of the proxies of Istio and Linkerd, which no container of a topology can have. */
const OF_PROXIES = [1337, 2102];

/** The user, if it is known not to be root. */
export function userOf(container: Field, pod: Field): { readonly user?: number } | undefined {
  const [own, shared] = [container.get('securityContext'), pod.get('securityContext')];
  const user = own.get('runAsUser').number ?? shared.get('runAsUser').number;
  const isNonRoot = own.get('runAsNonRoot').exists ? own.get('runAsNonRoot').isTrue : shared.get('runAsNonRoot').isTrue;
  const isPlain = !own.get('privileged').isTrue && !own.get('allowPrivilegeEscalation').isTrue;
  const isKnown = user === undefined ? isNonRoot : user > 0 && !OF_PROXIES.includes(user);
  return isKnown && isPlain ? { user } : undefined;
}

function securityOf(container: Field, pod: Field): Code | undefined {
  const own = container.get('securityContext');
  const group = own.get('runAsGroup').number ?? pod.get('securityContext', 'runAsGroup').number;
  const added = own.get('capabilities', 'add').texts;
  return objectOrNone({
    runAsGroup: group === undefined || group === 0 ? undefined : literal(group),
    readOnlyRootFilesystem: own.get('readOnlyRootFilesystem').isTrue ? undefined : literal(false),
    capabilities: added.length > 0 ? literal(added) : undefined,
  });
}

function envOf(variables: readonly Field[]): Code | undefined {
  return objectOrNone(
    Object.fromEntries(variables.map(each => [each.get('name').text, valueOf(each)] as const)) as Record<
      string,
      Code | undefined
    >,
  );
}

function valueOf(variable: Field): Code | undefined {
  const from = variable.get('valueFrom');
  const reference = (kind: string, method: string): Code | undefined => {
    const source = from.get(kind);
    return source.exists
      ? call(
          cardinal('EnvValue'),
          method,
          literal(source.get('name').text),
          literal(source.get('key').text),
          objectOrNone({ optional: source.get('optional').isTrue ? literal(true) : undefined }),
        )
      : undefined;
  };
  const resource = from.get('resourceFieldRef');
  return !from.exists
    ? literal(variable.get('value').text)
    : (reference('secretKeyRef', 'fromSecret')
        ?? reference('configMapKeyRef', 'fromConfigMap')
        ?? (from.get('fieldRef').exists
          ? call(cardinal('EnvValue'), 'fromField', literal(from.get('fieldRef', 'fieldPath').text))
          : resource.exists
            ? call(
                cardinal('EnvValue'),
                'fromResource',
                literal(resource.get('resource').text),
                objectOrNone({
                  container: textOrNone(resource.get('containerName')),
                  divisor: textOrNone(resource.get('divisor')),
                }),
              )
            : undefined));
}

export function textOrNone(field: Field): Code | undefined {
  return field.text === '' ? undefined : literal(field.text);
}

function envFromOf(sources: readonly Field[]): Code | undefined {
  const all = sources.flatMap(each =>
    (['secret', 'configMap'] as const).flatMap(kind => {
      const source = each.get(`${kind}Ref`);
      const options = objectOrNone({
        prefix: textOrNone(each.get('prefix')),
        optional: source.get('optional').isTrue ? literal(true) : undefined,
      });
      return source.exists ? [call(cardinal('EnvFrom'), kind, literal(source.get('name').text), options)] : [];
    }),
  );
  return all.length > 0 ? list(all) : undefined;
}

const RESOURCES: Readonly<Record<string, string>> = {
  cpu: 'cpu',
  memory: 'memory',
  'ephemeral-storage': 'ephemeralStorage',
};

function resourcesOf(resources: Field): Code | undefined {
  const quantity = (kind: string, resource: string) => textOrNone(resources.get(kind, resource));
  return objectOrNone(
    Object.fromEntries(
      Object.entries(RESOURCES).flatMap(([resource, property]) => [
        [property, quantity('requests', resource)],
        [`${property}Limit`, quantity('limits', resource)],
      ]),
    ) as Record<string, Code | undefined>,
  );
}

function mountsOf(container: Field, pod: Field, volumes: ReadonlyMap<string, string>): Code | undefined {
  const claims = container.resource.spec
    .get('volumeClaimTemplates')
    .items.map(each => each.get('metadata', 'name').text);
  const mounts = container.get('volumeMounts').items.flatMap((mount): Code[] => {
    const title = mount.get('name').text;
    const constant = volumes.get(title);
    const volume = constant === undefined ? volumeOf(pod, title) : name(constant);
    const isPlain = !['subPathExpr', 'mountPropagation', 'recursiveReadOnly'].some(each => mount.get(each).exists);
    return volume && isPlain && !claims.includes(title)
      ? [
          object({
            path: literal(mount.get('mountPath').text),
            volume,
            subPath: textOrNone(mount.get('subPath')),
            readOnly: mount.get('readOnly').isTrue ? literal(true) : undefined,
          }),
        ]
      : [];
  });
  return mounts.length > 0 ? list(mounts) : undefined;
}

/** A volume as the model has it; undefined for kinds that it does not have. */
export function volumeOf(pod: Field, title: string): Code | undefined {
  const volume = pod.get('volumes').items.find(each => each.get('name').text === title);
  const make = (kind: string, ...args: readonly (Code | undefined)[]) =>
    call(cardinal('Volume'), kind, literal(title), ...args);
  const [empty, config, secret, claim] = ['emptyDir', 'configMap', 'secret', 'persistentVolumeClaim'].map(each =>
    volume?.get(each),
  );
  if (!volume || !empty || !config || !secret || !claim) {
    return undefined;
  }
  // An emptyDir without settings may be written without a value.
  if (isMap(volume.value) && Object.hasOwn(volume.value, 'emptyDir')) {
    return make(
      'emptyDir',
      objectOrNone({
        inMemory: empty.get('medium').text === 'Memory' ? literal(true) : undefined,
        sizeLimit: textOrNone(empty.get('sizeLimit')),
      }),
    );
  }
  if (claim.exists) {
    const isReadOnly = claim.get('readOnly').isTrue ? object({ readOnly: literal(true) }) : undefined;
    return make('existingClaim', literal(claim.get('claimName').text), isReadOnly);
  }
  const files = config.exists ? config : secret;
  return files.exists && !files.get('items').items.some(each => each.get('mode').exists)
    ? make(
        config.exists ? 'configMap' : 'secret',
        literal(files.get(config.exists ? 'name' : 'secretName').text),
        filesOf(files),
      )
    : undefined;
}

function filesOf(files: Field): Code | undefined {
  const items = files.get('items').items.map(each => [each.get('key').text, literal(each.get('path').text)] as const);
  const mode = files.get('defaultMode').number;
  return objectOrNone({
    items: items.length > 0 ? object(Object.fromEntries(items)) : undefined,
    defaultMode: mode === undefined ? undefined : literal(mode),
    optional: files.get('optional').isTrue ? literal(true) : undefined,
  });
}
