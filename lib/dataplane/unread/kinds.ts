import {
  type Cluster,
  embedded,
  type Field,
  hasLabels,
  isInLinkerd,
  Kind,
  type Labels,
  Membership,
  membershipOf,
  memo,
  type Resource,
  selects,
  targetRefsOf,
  type Workload,
} from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import { isReadFilter } from './envoy-filters';
import { NETWORK_POLICY } from './fields';
import { MESH_CONFIG } from './mesh-config';
import { type Reading, REMEDY, titleOf, unreadField, unreadFields } from './read';
import {
  AUTHORIZATION_POLICY,
  PEER_AUTHENTICATION,
  PROXY_CONFIG,
  REQUEST_AUTHENTICATION,
  WORKLOAD_GROUP,
} from './istio';

/** A proxy or Pod that a request meets. */
export interface Party {
  readonly namespace: string;
  readonly labels: Labels;
  readonly role: 'client' | 'gateway' | 'server';
  /** The Gateway of the Gateway API that it serves. */
  readonly gateway?: Resource;
}

/**
 * Throws {@link Unsimulated} if an object that is not simulated, or of which a field is not, may have a say in what
 * becomes of a request.
 */
export function requireNoUnreadKind(parties: readonly Party[], cluster: Cluster): void {
  const found = unreadKindFor(parties, cluster);
  if (found) {
    throw unsimulated(found);
  }
}

function unsimulated({ resource, field, problem }: Suspect): Unsimulated {
  return field
    ? unreadField(field)
    : new Unsimulated(
        problem ?? `${titleOf(resource)} may decide about the request, and its kind is not simulated.`,
        REMEDY,
      );
}

/** The first object that is not simulated, as a whole or in a field, which may concern one of the parties. */
export function unreadKindFor(parties: readonly Party[], cluster: Cluster): Suspect | undefined {
  return suspectsIn(cluster).find(({ resource, concerns }) =>
    parties.some(party => concerns(resource, party, cluster)),
  );
}

/** An object that is not simulated. */
interface Suspect {
  readonly resource: Resource;
  readonly concerns: Concerns;
  /** Given if it is a field of an object that is simulated otherwise. */
  readonly field?: Field;
  /** What is wrong, if it is not the kind. */
  readonly problem?: string;
}

type Concerns = (resource: Resource, party: Party, cluster: Cluster) => boolean;

/**
 * Kinds, or all further kinds of a group, with the parties that their objects may concern: none without one; the first
 * that fits.
 */
const KINDS: readonly (readonly [type: RegExp, concerns?: Concerns])[] = [
  [
    /^(Baseline)?AdminNetworkPolicy\.policy\.networking\.k8s\.io$|^ClusterNetworkPolicy\.policy\.networking\.k8s\.io$/,
    isSubject,
  ],
  [/^Cilium(Node|NodeConfig|Identity|Endpoint|EndpointSlice|ExternalWorkload)\.cilium\.io$/],
  [/^Cilium(LoadBalancerIPPool|PodIPPool|L2AnnouncementPolicy|BGP\w*)\.cilium\.io$/],
  [/^Cilium(Clusterwide)?NetworkPolicy\.cilium\.io$/, isCiliumEndpoint],
  [/^(IPPool|IPReservation|BGP\w*|NetworkSet|GlobalNetworkSet|Tier)\.(crd\.)?projectcalico\.org$/],
  [/^(FelixConfiguration|KubeControllersConfiguration)\.(crd\.)?projectcalico\.org$/],
  [/^(CalicoNodeStatus|ClusterInformation)\.(crd\.)?projectcalico\.org$/],
  [
    /^EnvoyFilter\.networking\.istio\.io$/,
    (resource, party, cluster) => isForProxy(resource, party, cluster) && !isReadFilter(resource, party.role),
  ],
  [/^(WasmPlugin|TrafficExtension)\.extensions\.istio\.io$/, isExtensionOf],
  [/^(VirtualService|DestinationRule|Gateway|ServiceEntry|Sidecar)\.networking\.istio\.io$/],
  [/^(WorkloadEntry|WorkloadGroup|ProxyConfig)\.networking\.istio\.io$/],
  [/^(AuthorizationPolicy|RequestAuthentication|PeerAuthentication)\.security\.istio\.io$/],
  [/^(Telemetry\.telemetry|(IstioOperator|Istio)\.install)\.istio\.io$/],
  // Kuma's policies are in the namespace of its control plane, and select Pods of all namespaces.
  [/\.kuma\.io$/, () => true],
  // Read where a proxy of Linkerd is; a rate limit allows requests up to it.
  [/^(Server|AuthorizationPolicy|MeshTLSAuthentication|NetworkAuthentication)\.policy\.linkerd\.io$/],
  [/^(EgressNetwork|HTTPLocalRateLimitPolicy)\.policy\.linkerd\.io$/],
  [
    /\.(istio|cilium|linkerd|antrea)\.io$|\.projectcalico\.org$|\.policy\.networking\.k8s\.io$|\.k8s\.ovn\.org$/,
    isNear,
  ],
  // NetworkPolicies are simulated, and the policies of Envoy Gateway where they are attached; the others do not concern
  // traffic.
  [/^NetworkPolicy\.networking\.k8s\.io$|\.gateway\.envoyproxy\.io$|^PodSecurityPolicy\./],
  [/^\w*(Network|Egress|Traffic|Access|Authorization|Firewall|SecurityGroup)\w*Polic(y|ies)\./, isNear],
  [/Intentions\.consul\.hashicorp\.com$/, isNear],
];

/** Policies of clusters select namespaces, or Pods of namespaces. */
function isSubject({ spec }: Resource, { namespace, labels }: Party, cluster: Cluster): boolean {
  const [namespaces, pods] = [spec.get('subject', 'namespaces'), spec.get('subject', 'pods')];
  if (!namespaces.exists && !pods.exists) {
    return true;
  }
  return pods.exists
    ? maySelect(pods.get('namespaceSelector'), namespace, cluster) && selects(pods.get('podSelector'), labels)
    : maySelect(namespaces, namespace, cluster);
}

/** Whether a selector selects a namespace: one that is not among the manifests may have any labels besides its name. */
function maySelect(selector: Field, namespace: string, cluster: Cluster): boolean {
  const name = selector.get('matchLabels', 'kubernetes.io/metadata.name').text;
  const isKnown = cluster.find(Kind.NAMESPACE, namespace) !== undefined;
  return isKnown ? selects(selector, cluster.namespaceLabels(namespace)) : name === '' || name === namespace;
}

/** Only labels of Pods are compared; others, such as those that Cilium makes, may fit. */
function isCiliumEndpoint(resource: Resource, party: Party): boolean {
  const selectors = [resource.spec, ...resource.root.get('specs').items].map(
    each => each.get('endpointSelector', 'matchLabels').strings,
  );
  return (
    isNear(resource, party)
    && selectors.some(each =>
      Object.entries(each).every(([key, value]) => {
        const label = key.replace(/^(k8s|any):/, '');
        return /^(io\.|reserved|.*:)/.test(label) || party.labels[label] === value;
      }),
    )
  );
}

/** What Istio gives proxies: of their namespace or the root namespace, by labels or by Gateway. */
function isForProxy(resource: Resource, { namespace, labels, gateway }: Party, cluster: Cluster): boolean {
  const targets = targetRefsOf(resource);
  const { spec } = resource;
  const selector = [spec.get('workloadSelector', 'labels'), spec.get('selector', 'matchLabels')].reduce<Labels>(
    (all, each) => ({ ...all, ...each.strings }),
    {},
  );
  const isTarget = (at: Field) =>
    at.get('kind').text === 'Gateway'
      ? gateway?.namespace === resource.namespace && at.get('name').text === gateway.name
      : true;
  return (
    [namespace, cluster.mesh.rootNamespace].includes(resource.namespace)
    && hasLabels(labels, selector)
    && (targets.length === 0 || targets.some(isTarget))
  );
}

/** Those of a Service alone are for its requests at its waypoint, and so for no other proxy or Pod. */
function isExtensionOf(resource: Resource, party: Party, cluster: Cluster): boolean {
  const targets = targetRefsOf(resource).map(each => each.get('kind').text);
  const isOfHosts = targets.length > 0 && targets.every(each => ['Service', 'ServiceEntry'].includes(each));
  return !isOfHosts && isForProxy(resource, party, cluster);
}

/** In the same namespace, or in none. */
function isNear({ namespace, metadata }: Resource, party: Party): boolean {
  return !metadata.get('namespace').exists || namespace === party.namespace;
}

/** Kinds of which not all fields are simulated, with the parties that their objects concern. */
const READINGS: readonly (readonly [type: string, reading: Reading, concerns: Concerns])[] = [
  [Kind.AUTHORIZATION_POLICY, AUTHORIZATION_POLICY, ofServers(isForProxy)],
  [Kind.REQUEST_AUTHENTICATION, REQUEST_AUTHENTICATION, ofServers(isForProxy)],
  [Kind.PEER_AUTHENTICATION, PEER_AUTHENTICATION, ofServers(isForProxy)],
  [Kind.PROXY_CONFIG, PROXY_CONFIG, isForProxy],
  [Kind.WORKLOAD_GROUP, WORKLOAD_GROUP, isNear],
  [
    Kind.NETWORK_POLICY,
    NETWORK_POLICY,
    ({ namespace, spec }, party) => namespace === party.namespace && selects(spec.get('podSelector'), party.labels),
  ],
];

function ofServers(concerns: Concerns): Concerns {
  return (resource, party, cluster) => party.role !== 'client' && concerns(resource, party, cluster);
}

/** The objects that are not simulated, found once. */
const suspectsIn = memo((cluster: Cluster): readonly Suspect[] => [
  ...ofMesh(cluster),
  ...ofKinds(cluster),
  ...ofFields(cluster),
  ...ofPods(cluster),
]);

/** Settings of the mesh concern every proxy. */
function ofMesh({ mesh }: Cluster): Suspect[] {
  const concerns = () => true;
  const { settings, unreadable } = mesh;
  const unread = settings ? unreadFields(settings, MESH_CONFIG, settings.path.length) : [];
  return [
    ...(unreadable
      ? [
          {
            resource: unreadable.resource,
            concerns,
            problem:
              `${titleOf(unreadable.resource)} has a mesh configuration that is not one YAML document `
              + `(${String(unreadable)}).`,
          },
        ]
      : []),
    ...unread.map(field => ({ resource: field.resource, field, concerns })),
  ];
}

function ofKinds(cluster: Cluster): Suspect[] {
  return cluster.resources.flatMap(resource => {
    const [, concerns] = KINDS.find(([type]) => type.test(resource.type)) ?? [];
    return concerns ? [{ resource, concerns }] : [];
  });
}

/** A field in a rule of an AuthorizationPolicy is evaluated with its rule. */
function ofFields(cluster: Cluster): Suspect[] {
  return READINGS.flatMap(([type, reading, concerns]) =>
    cluster.all(type).flatMap(resource =>
      unreadFields(resource.spec, reading)
        .filter(({ path }) => type !== Kind.AUTHORIZATION_POLICY || typeof path[2] !== 'number')
        .map(field => ({ resource, field, concerns })),
    ),
  );
}

/** Annotations of Pods that keep traffic from their proxy by more than ports and addresses. */
function ofPods(cluster: Cluster): Suspect[] {
  return cluster.workloads.all.flatMap(workload => {
    const found = unreadAnnotations(workload, cluster)[0];
    return found
      ? [{ resource: workload.resource, field: found, concerns: (_: Resource, party: Party) => isOf(party, workload) }]
      : [];
  });
}

function isOf({ namespace, labels, role }: Party, workload: Workload): boolean {
  return role !== 'gateway' && namespace === workload.namespace && hasLabels(labels, workload.labels);
}

function unreadAnnotations(workload: Workload, cluster: Cluster): Field[] {
  const annotation = (name: string) => workload.template.get('metadata', 'annotations', name);
  const isSidecar = [Membership.SIDECAR, Membership.UNKNOWN].includes(membershipOf(workload, cluster));
  const mode = [
    annotation('sidecar.istio.io/interceptionMode'),
    embedded(annotation('proxy.istio.io/config')).get('interceptionMode'),
  ].find(each => each.exists);
  return [
    ...(isSidecar
      ? [
          ...(mode?.text === 'NONE' ? [mode] : []),
          ...[annotation('traffic.sidecar.istio.io/excludeInterfaces')].filter(each => each.text !== ''),
          ...[annotation('inject.istio.io/templates')].filter(each => /\bgrpc-/.test(each.text)),
        ]
      : []),
    ...(isInLinkerd(workload, cluster) === false
      ? []
      : [annotation('config.linkerd.io/skip-subnets')].filter(each => each.text !== '')),
  ];
}

/** Whether something that is not simulated may decide whether one workload reaches another. */
export function isUnreadBetween(from: Party, workload: Workload | undefined, cluster: Cluster): boolean {
  return unreadKindFor([from, ...(workload ? [serverOf(workload)] : [])], cluster) !== undefined;
}

/** What sends from within the cluster. */
export function clientOf({ namespace, labels }: { readonly namespace: string; readonly labels: Labels }): Party {
  return { namespace, labels, role: 'client' };
}

export function serverOf({ namespace, labels }: Workload): Party {
  return { namespace, labels, role: 'server' };
}
