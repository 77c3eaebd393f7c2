/** The kinds in the order in which they are applied: a file a phase, and within a file in this order. */
const PHASES: readonly (readonly [phase: string, kinds: readonly string[]])[] = [
  ['namespaces', ['Namespace', 'CustomResourceDefinition']],
  ['control-plane', ['ClusterRole', 'ClusterRoleBinding', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'GatewayClass']],
  ['gateways', ['Gateway']],
  ['policies', [
    'NetworkPolicy', 'PeerAuthentication', 'RequestAuthentication', 'AuthorizationPolicy', 'Sidecar', 'Telemetry', 'ProxyConfig',
    'EnvoyFilter', 'WasmPlugin',
  ]],
  ['workloads', []],
  ['routes', ['ServiceEntry', 'ReferenceGrant', 'DestinationRule', 'BackendTLSPolicy', 'VirtualService', 'HTTPRoute', 'GRPCRoute']],
];

const WORKLOADS = PHASES.findIndex(([phase]) => phase === 'workloads');
const RANKS = new Map(PHASES.flatMap(([, kinds], phase) => kinds.map((kind, rank) => [kind, [phase, rank] as const])));

/** Objects that `kubectl apply -f` of the whole folder must not meet, since not every cluster knows their kind. */
const FOLDERS = new Map([['install.istio.io', 'istio'], ['elbv2.k8s.aws', 'aws']]);

/** What is known of an object's place. */
export interface Placed {
  readonly apiGroup: string;
  readonly kind: string;
}

/** The file, without extension, to which an object goes. */
export function fileOf({ apiGroup, kind }: Placed): string {
  const folder = FOLDERS.get(apiGroup);
  if (folder) {
    return `${folder}/${kind.replace(/\B[A-Z]/g, letter => `-${letter}`).toLowerCase()}`;
  }
  const [phase] = rankOf(kind);
  return `${phase + 1}-${PHASES[phase]?.[0]}`;
}

/** Orders objects of one file; those of one kind stay as declared. */
export function inOrder(a: Placed, b: Placed): number {
  return rankOf(a.kind)[1] - rankOf(b.kind)[1];
}

function rankOf(kind: string): readonly [phase: number, rank: number] {
  return RANKS.get(kind) ?? [WORKLOADS, 0];
}
