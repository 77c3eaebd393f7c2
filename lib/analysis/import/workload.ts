import { type Field, Kind, type Resource, type Workload } from '../../manifests';
import { call, cardinal, type Code, constantOf, list, literal, object, objectOrNone, type Statement } from '../program';
import { containerProps, type PodOfContainer, textOrNone, volumeOf } from './container';
import { seconds } from './probes';
import type { ImportedService, ImportedVersion } from './services';

/** The declaration of a service, after those of the volumes that several of its containers mount. */
export interface ServiceDeclaration {
  readonly volumes: readonly Statement[];
  readonly props: Readonly<Record<string, Code | undefined>>;
}

/** What the workloads of a namespace depend on beside their own objects. */
export interface Surroundings {
  /** The names that constants of the model have. */
  readonly taken: Set<string>;
  /** The ServiceAccounts that several services use. */
  readonly shared: ReadonlySet<string>;
  /** The ServiceAccounts that bindings of roles refer to. */
  readonly bound: ReadonlySet<string>;
  /** The ServiceAccount of a workload, if the manifests declare it. */
  readonly account: (workload: Workload) => Resource | undefined;
  /** The autoscaler of a workload, which keeps its object. */
  readonly scaled: (workload: Workload) => Resource | undefined;
  /** The variables of a container that calls set. */
  readonly addresses: (workload: Workload, variable: string) => boolean;
}

type Props = Readonly<Record<string, Code | undefined>>;

/** The properties of a service: those that its versions share are its own. */
export function serviceDeclaration(service: ImportedService, around: Surroundings): ServiceDeclaration {
  const volumes: Statement[] = [];
  const versions = service.versions.map(
    version => [version.name, versionProps(service, version, around, volumes)] as const,
  );
  const [first] = versions;
  const isAlone = versions.length === 1;
  const shared = Object.entries(first?.[1] ?? {}).filter(([property, code]) =>
    versions.every(([, props]) => JSON.stringify(props[property]) === JSON.stringify(code)),
  );
  const own = ([version, props]: readonly [string, Props]) =>
    [
      version,
      object(Object.fromEntries(Object.entries(props).filter(([each]) => !shared.some(([other]) => other === each)))),
    ] as const;
  return {
    volumes,
    props: {
      ...ofService(service, around),
      ...Object.fromEntries(shared),
      ...(isAlone && first?.[0] === 'v1' ? {} : { versions: object(Object.fromEntries(versions.map(own))) }),
    },
  };
}

/** Pods that the model has no words for stay in their own objects. */
export function existingDeclaration({ namespace, service, versions, ports }: ImportedService): ServiceDeclaration {
  const [first] = versions;
  const matched = first?.workload.resource.spec.get('selector', 'matchLabels').strings ?? {};
  const selector =
    service?.spec.get('selector').strings ?? (Object.keys(matched).length > 0 ? matched : first?.workload.labels);
  return {
    volumes: [],
    props: {
      ...portProps(ports),
      existingWorkload: object({
        labels: literal(selector ?? {}),
        serviceAccount: literal(first?.workload.serviceAccount ?? namespace),
        hasService: service ? literal(true) : undefined,
      }),
    },
  };
}

export function portCode({ number, target, protocol, suffix }: ImportedService['ports'][number]): Code {
  return call(
    cardinal('Port'),
    protocol,
    literal(number),
    objectOrNone({
      target: target === number ? undefined : literal(target),
      name: suffix === undefined ? undefined : literal(suffix),
    }),
  );
}

function portProps([first, ...others]: ImportedService['ports']): Props {
  return {
    port: first && portCode(first),
    ports: others.length > 0 ? list(others.map(portCode)) : undefined,
  };
}

function ofService(service: ImportedService, { shared, bound, account: accountOf }: Surroundings): Props {
  const { versions, name, ports } = service;
  const [first] = versions;
  const account = first?.workload.serviceAccount ?? 'default';
  const key = `${service.namespace}/${account}`;
  const accountName = account === name || account === 'default' || shared.has(key) ? undefined : literal(account);
  const declared = first && !shared.has(key) ? accountOf(first.workload) : undefined;
  const described = declared && metadataOf(declared.metadata, OWN_LABELS);
  const accountMetadata = described?.is === 'object' ? Object.fromEntries(described.entries) : {};
  return {
    ...portProps(ports),
    ...kindOf(first),
    headless: service.service?.spec.get('clusterIP').text === 'None' ? literal(true) : undefined,
    serviceMetadata: service.service && metadataOf(service.service.metadata, OWN_LABELS),
    serviceAccount: objectOrNone({
      name: accountName,
      ...accountMetadata,
      automountToken: bound.has(key) && !shared.has(key) ? literal(true) : undefined,
    }),
  };
}

function kindOf(version: ImportedVersion | undefined): Props {
  const { type, spec } = version?.workload.resource ?? {};
  if (type === Kind.DAEMON_SET) {
    return { workload: call(cardinal('WorkloadKind'), 'daemonSet') };
  }
  if (type !== Kind.STATEFUL_SET || !spec || !version) {
    return {};
  }
  const mounts = version.workload.pod.get('containers').items[0]?.get('volumeMounts').items ?? [];
  const claims = spec.get('volumeClaimTemplates').items.flatMap((claim): Code[] => {
    const title = claim.get('metadata', 'name').text;
    const mount = mounts.find(each => each.get('name').text === title && !each.get('subPath').exists);
    const modes = claim.get('spec', 'accessModes').texts.map(each => MODES[each]);
    return mount
      ? [
          object({
            name: literal(title),
            mountPath: literal(mount.get('mountPath').text),
            storage: literal(claim.get('spec', 'resources', 'requests', 'storage').text),
            storageClassName: textOrNone(claim.get('spec', 'storageClassName')),
            accessModes:
              modes.length === 0 || modes.some(each => each === undefined) || modes.join() === 'READ_WRITE_ONCE'
                ? undefined
                : list(modes.map(each => ({ is: 'member', of: cardinal('AccessMode'), name: each ?? '' }))),
          }),
        ]
      : [];
  });
  const isParallel = spec.get('podManagementPolicy').text === 'Parallel';
  const props = objectOrNone({
    volumeClaimTemplates: claims.length > 0 ? list(claims) : undefined,
    podManagementPolicy: isParallel
      ? { is: 'member', of: cardinal('PodManagementPolicy'), name: 'PARALLEL' }
      : undefined,
  });
  return { workload: call(cardinal('WorkloadKind'), 'statefulSet', props) };
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'READ_WRITE_ONCE',
  ReadWriteOncePod: 'READ_WRITE_ONCE_POD',
  ReadOnlyMany: 'READ_ONLY_MANY',
  ReadWriteMany: 'READ_WRITE_MANY',
};

function versionProps(
  { name, ports }: ImportedService,
  { workload }: ImportedVersion,
  { taken, addresses, scaled }: Surroundings,
  declared: Statement[],
): Props {
  const { pod, resource, template } = workload;
  const containers = pod.get('containers').items;
  const [main, ...others] = containers;
  const around: PodOfContainer = {
    pod,
    volumes: sharedVolumes(workload, name, taken, declared),
    firstPort: ports[0]?.target,
  };
  const further = (container: Field, isInit: boolean) =>
    object({
      name: literal(container.get('name').text),
      image: literal(container.get('image').text),
      ...containerProps(container, { ...around, firstPort: undefined }, isInit),
      sidecar: isInit && container.get('restartPolicy').text === 'Always' ? literal(true) : undefined,
    });
  const props = main ? containerProps(main, around) : {};
  const init = pod.get('initContainers').items;
  const scaler = scaled(workload);
  return {
    image: literal(main?.get('image').text ?? ''),
    replicas: resource.type === Kind.DAEMON_SET || scaler ? undefined : literal(workload.replicas),
    autoscaling:
      scaler
      && object({
        min: literal(scaler.spec.get('minReplicas').number ?? 1),
        max: literal(scaler.spec.get('maxReplicas').number ?? 1),
        existing: literal(true),
      }),
    ...props,
    env: props.env && withoutAddresses(props.env, workload, addresses),
    metadata: metadataOf(resource.metadata, OWN_LABELS),
    podMetadata: metadataOf(template.get('metadata'), OWN_LABELS),
    pod: podProps(pod),
    scheduling: schedulingOf(pod),
    containers: others.length > 0 ? list(others.map(each => further(each, false))) : undefined,
    initContainers: init.length > 0 ? list(init.map(each => further(each, true))) : undefined,
  };
}

function withoutAddresses(env: Code, workload: Workload, addresses: Surroundings['addresses']): Code | undefined {
  return env.is === 'object'
    ? objectOrNone(Object.fromEntries(env.entries.filter(([variable]) => !addresses(workload, variable))))
    : env;
}

/** Volumes that are mounted several times are one object of the model. */
function sharedVolumes(
  { pod, containers }: Workload,
  service: string,
  taken: Set<string>,
  declared: Statement[],
): ReadonlyMap<string, string> {
  const mounted = containers.flatMap(each => each.get('volumeMounts').items.map(mount => mount.get('name').text));
  const several = [...new Set(mounted.filter((each, index) => mounted.indexOf(each) < index))];
  return new Map(
    several.flatMap(title => {
      const code = volumeOf(pod, title);
      if (!code) {
        return [];
      }
      const constant = constantOf(`${service}-${title}`, 'volume', taken);
      declared.push({ declares: constant, code });
      return [[title, constant] as const];
    }),
  );
}

function podProps(pod: Field): Code | undefined {
  const grace = pod.get('terminationGracePeriodSeconds').number;
  const group = pod.get('securityContext', 'fsGroup').number;
  const groups = pod.get('securityContext', 'supplementalGroups').items.flatMap(each => each.number ?? []);
  const secrets = pod.get('imagePullSecrets').items.map(each => each.get('name').text);
  return objectOrNone({
    terminationGracePeriod: grace === undefined || grace === 30 ? undefined : seconds(grace),
    securityContext: objectOrNone({
      fsGroup: group === undefined ? undefined : literal(group),
      supplementalGroups: groups.length > 0 ? literal(groups) : undefined,
    }),
    imagePullSecrets: secrets.length > 0 ? literal(secrets) : undefined,
    enableServiceLinks: pod.get('enableServiceLinks').value === false ? literal(false) : undefined,
  });
}

function schedulingOf(pod: Field): Code | undefined {
  const { strings } = pod.get('nodeSelector');
  return objectOrNone({
    nodeSelector: Object.keys(strings).length > 0 ? literal(strings) : undefined,
    priorityClassName: textOrNone(pod.get('priorityClassName')),
  });
}

/** Labels that the model sets by itself. */
export const OWN_LABELS: ReadonlySet<string> = new Set(['app', 'version', 'app.kubernetes.io/name']);
/** Annotations that programs set, and labels and annotations that decide about proxies: the target sets them. */
const NOT_DECLARED =
  /^kubectl\.kubernetes\.io\/|^deployment\.kubernetes\.io\/|^sidecar\.istio\.io\/inject$|^istio\.io\/rev$|^app\.kubernetes\.io\/part-of$/;

function metadataOf(metadata: Field, own: ReadonlySet<string>): Code | undefined {
  const kept = (field: string, left: ReadonlySet<string>) => {
    const entries = Object.entries(metadata.get(field).strings).filter(
      ([label]) => !left.has(label) && !NOT_DECLARED.test(label),
    );
    return entries.length > 0 ? literal(Object.fromEntries(entries)) : undefined;
  };
  return objectOrNone({ labels: kept('labels', own), annotations: kept('annotations', new Set()) });
}
