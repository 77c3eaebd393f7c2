import type { Cluster } from './cluster';
import { LISTENER_SETS } from './gateway-api';
import { fullHost } from './hosts';
import { Kind } from './kinds';
import { addTo } from './lists';
import { memo } from './memo';
import type { Resource } from './resource';

/** What a manifest refers to, and is not among the manifests. */
export interface Missing {
  /** The type, such as `Kind.SECRET`; Services also by {@link Missing.host}. */
  readonly type: string;
  /** Empty where any name would do. */
  readonly name: string;
  /** Empty for objects without a namespace, or where any namespace would do. */
  readonly namespace: string;
}

/** The Service or ServiceEntry of a host. */
export function missingHost(host: string, namespace: string, { clusterDomain }: Cluster): Missing {
  const full = fullHost(host, namespace, clusterDomain);
  const [name = '', own = '', svc] = full.split('.');
  return svc === 'svc'
    ? { type: Kind.SERVICE, name, namespace: own }
    : { type: Kind.SERVICE_ENTRY, name: full, namespace: '' };
}

/** Pods in a namespace, or in any. */
export function missingPods(namespace = ''): Missing {
  return { type: Kind.POD, name: '', namespace };
}

/**
 * What may have what is missing: an object that makes others, or something that was not read. Undefined if nothing is
 * known of that kind.
 */
export function possibleMaker(missing: Missing, cluster: Cluster): string | undefined {
  const [unread] = cluster.unread;
  const maker = makerOf(missing, cluster);
  return maker
    ? `${maker.kind} ${maker.key} makes it`
    : cluster.unreadTypes.includes(missing.type)
      ? `it is among the ${missing.type}s, which are not read`
      : unread === undefined
        ? undefined
        : `it is in ${unread}, which is not read`;
}

/** Whether something exists for certain: the settings state it, or an object makes it by its name. */
export function isMade({ type, name, namespace }: Missing, cluster: Cluster): boolean {
  const { secrets = [], gateways = [], namespaces = [], hosts = [] } = cluster.elsewhere;
  const listed = new Map<string, readonly string[]>([
    [Kind.SECRET, secrets],
    [Kind.ISTIO_GATEWAY, gateways],
    [Kind.GATEWAY, gateways],
    [Kind.NAMESPACE, namespaces],
    [Kind.GATEWAY_CLASS, cluster.gatewayClasses],
    [Kind.SERVICE, hosts],
    [Kind.SERVICE_ENTRY, hosts],
  ]);
  const names =
    type === Kind.SERVICE
      ? [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.${cluster.clusterDomain}`]
      : [namespace === '' ? name : `${namespace}/${name}`];
  return (
    names.some(each => listed.get(type)?.includes(each) === true)
    || (type !== Kind.NAMESPACE
      && namespace !== ''
      && namespaces.includes(namespace)
      && !cluster.namespaces.includes(namespace))
    || (type === Kind.SECRET && madeSecrets(cluster).has(`${namespace}/${name}`))
    || (type === Kind.NAMESPACE && releasesIn(cluster).has(name))
  );
}

function makerOf({ type, namespace }: Missing, cluster: Cluster): Resource | undefined {
  const releases = releasesIn(cluster);
  const [release] = [...(releases.get(namespace) ?? []), ...(releases.get(ANYWHERE) ?? [])];
  const [any] = namespace === '' ? [...releases.values()].flat() : [];
  const [custom] = MADE_BY_OPERATORS.has(type)
    ? namespace === ''
      ? [...operators(cluster).values()].flat()
      : (operators(cluster).get(namespace) ?? [])
    : [];
  return release ?? any ?? custom;
}

const ANYWHERE = '';

/** What deploys other manifests, by the namespace in which they are. */
const releasesIn = memo((cluster: Cluster): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  for (const each of cluster.resources) {
    const target = RELEASES.get(each.type);
    if (target && !isOfFiles(each, cluster)) {
      addTo(found, target(each), each);
    }
  }
  return found;
});

const RELEASES: ReadonlyMap<string, (resource: Resource) => string> = new Map<string, (release: Resource) => string>([
  ['HelmRelease.helm.toolkit.fluxcd.io', each => each.spec.get('targetNamespace').text || each.namespace],
  ['HelmRelease.helm.fluxcd.io', each => each.spec.get('targetNamespace').text || each.namespace],
  ['HelmChart.helm.cattle.io', each => each.spec.get('targetNamespace').text || each.namespace],
  ['Application.argoproj.io', each => each.spec.get('destination', 'namespace').text || ANYWHERE],
  ['ApplicationSet.argoproj.io', () => ANYWHERE],
  ['Kustomization.kustomize.toolkit.fluxcd.io', each => each.spec.get('targetNamespace').text || ANYWHERE],
]);

/** Whether what it deploys is a folder of which files are among the manifests. */
function isOfFiles({ spec }: Resource, cluster: Cluster): boolean {
  const path = (spec.get('path').text || spec.get('source', 'path').text).replace(/^(\.?\/)+|\/+$/g, '');
  return path !== '' && path !== '.' && folders(cluster).some(each => `${each}/`.includes(`/${path}/`));
}

const folders = memo((cluster: Cluster): readonly string[] => [
  ...new Set(
    cluster.resources.flatMap(({ origin }) =>
      origin ? `/${origin.folder ?? origin.source.file.replace(/\/[^/]*$/, '')}` : [],
    ),
  ),
]);

const MADE_BY_OPERATORS: ReadonlySet<string> = new Set<string>([
  Kind.SERVICE,
  Kind.SECRET,
  Kind.POD,
  Kind.SERVICE_ACCOUNT,
]);

/** Custom resources by namespace, except those that make no objects of these kinds. */
const operators = memo((cluster: Cluster): ReadonlyMap<string, readonly Resource[]> => {
  const found = new Map<string, Resource[]>();
  cluster.resources
    .filter(({ type }) => !KNOWN.test(type) && !RELEASES.has(type) && !MAKERS.has(type))
    .forEach(each => addTo(found, each.namespace, each));
  return found;
});

/** Kinds of Kubernetes, Istio and the Gateway API, and of monitoring, policies, scaling and certificates. */
const KNOWN = new RegExp(
  [
    /^[^.]+(\.(apps|batch|policy|autoscaling|extensions|[\w.-]+\.k8s\.io|[\w.-]+\.istio\.io))?$/,
    /^Rollout\.argoproj\.io$/,
    /^(ServiceMonitor|PodMonitor|Probe|PrometheusRule|AlertmanagerConfig|ScrapeConfig)\.monitoring\.coreos\.com$/,
    /\.(cert-manager\.io|keda\.sh|kyverno\.io|gatekeeper\.sh|cilium\.io|projectcalico\.org|envoyproxy\.io)$/,
    /\.(external-secrets\.io|bitnami\.com|fluxcd\.io|argoproj\.io|amazonaws\.com|elbv2\.k8s\.aws|cloud\.google\.com)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** The Secrets that other objects make by a name of theirs, as `namespace/name`. */
const madeSecrets = memo((cluster: Cluster): ReadonlySet<string> => {
  const names = cluster.resources.flatMap(each =>
    secretsMadeBy(each).map(name => (name.includes('/') ? name : `${each.namespace}/${name}`)),
  );
  return new Set(names);
});

type Maker = (resource: Resource) => readonly string[];

const of =
  (...path: string[]): Maker =>
  each => [each.spec.get(...path).text || each.name];

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['Certificate.cert-manager.io', of('secretName')],
  ['Certificate.networking.internal.knative.dev', of('secretName')],
  ['ExternalSecret.external-secrets.io', of('target', 'name')],
  ['ExternalSecret.kubernetes-client.io', of()],
  ['SealedSecret.bitnami.com', of('template', 'metadata', 'name')],
  ['VaultStaticSecret.secrets.hashicorp.com', of('destination', 'name')],
  ['VaultDynamicSecret.secrets.hashicorp.com', of('destination', 'name')],
  ['VaultPKISecret.secrets.hashicorp.com', of('destination', 'name')],
  [
    'SecretProviderClass.secrets-store.csi.x-k8s.io',
    each => each.spec.get('secretObjects').items.map(nameIn('secretName')),
  ],
  ['OnePasswordItem.onepassword.com', of()],
  ['InfisicalSecret.secrets.infisical.com', of('managedSecretReference', 'secretName')],
  ['DopplerSecret.secrets.doppler.com', of('managedSecret', 'name')],
  ['AzureKeyVaultSecret.spv.no', of('output', 'secret', 'name')],
  ['BitwardenSecret.k8s.bitwarden.com', of('secretName')],
  ['SopsSecret.isindir.github.com', each => each.spec.get('secretTemplates').items.map(nameIn('name'))],
  ['KafkaUser.kafka.strimzi.io', of()],
  [Kind.INGRESS, each => (hasIssuer(each) ? each.spec.get('tls').items.map(nameIn('secretName')) : [])],
  [Kind.GATEWAY, certificatesOfListeners],
  ...LISTENER_SETS.map(type => [type, certificatesOfListeners] as const),
]);

function nameIn(name: string): (field: Resource['spec']) => string {
  return field => field.get(name).text;
}

function secretsMadeBy(resource: Resource): readonly string[] {
  return (MAKERS.get(resource.type)?.(resource) ?? []).filter(each => each !== '');
}

function certificatesOfListeners(owner: Resource): readonly string[] {
  return hasIssuer(owner)
    ? owner.spec
        .get('listeners')
        .items.flatMap(listener => listener.get('tls', 'certificateRefs').items)
        .map(nameIn('name'))
    : [];
}

/** Whether cert-manager makes certificates for an Ingress, a Gateway or a ListenerSet. */
function hasIssuer({ annotations }: Resource): boolean {
  return ['cert-manager.io/cluster-issuer', 'cert-manager.io/issuer', 'kubernetes.io/tls-acme'].some(
    each => annotations[each] !== undefined && annotations[each] !== 'false',
  );
}

/** Whether the data of a Secret is in its manifest as it is in the cluster: not encrypted, not filled in later. */
export function isContentKnown({ root, origin }: Resource): boolean {
  const values = [...root.get('data').entries, ...root.get('stringData').entries].map(([, value]) => value.text);
  return (
    !root.get('sops').exists
    && origin?.path[0] !== 'secretGenerator'
    && !values.some(each => /^ENC\[|\$\{|\{\{|^<.*>$/.test(each))
  );
}
