import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

const CONTEXT = 'cdk8s-cardinal:phase';

/** The order in which objects are applied: one file per phase. */
export class Phase {
  /** Namespaces and CustomResourceDefinitions. */
  static readonly NAMESPACES = new Phase('1-namespaces', ['Namespace', 'CustomResourceDefinition']);
  /** The control plane of the mesh. */
  static readonly CONTROL_PLANE = new Phase('2-control-plane', []);
  /** Gateways and their certificates. */
  static readonly GATEWAYS = new Phase('3-gateways', ['GatewayClass', 'Certificate', 'Gateway']);
  /** Policies: applied before the first pod starts. */
  static readonly POLICIES = new Phase('4-policies', [
    'NetworkPolicy',
    'PeerAuthentication',
    'RequestAuthentication',
    'AuthorizationPolicy',
    'Sidecar',
    'Telemetry',
    'ProxyConfig',
    'EnvoyFilter',
    'WasmPlugin',
    'TrafficExtension',
    'SecurityPolicy',
    'BackendTrafficPolicy',
    'ClientTrafficPolicy',
    'EnvoyPatchPolicy',
  ]);

  /** Workloads, Services, and every kind without another phase. */
  static readonly WORKLOADS = new Phase('5-workloads', []);
  /** Routes and traffic rules: they refer to Services of the previous phase. */
  static readonly ROUTES = new Phase('6-routes', [
    'ServiceEntry',
    'ReferenceGrant',
    'DestinationRule',
    'BackendTLSPolicy',
    'VirtualService',
    'HTTPRoute',
    'GRPCRoute',
    'TLSRoute',
    'TCPRoute',
    'UDPRoute',
  ]);

  /**
   * The phase of an object: the one assigned to a parent construct, else that of its kind; namespaces and CRDs are
   * always first.
   */
  static of(object: ApiObject): Phase {
    return phaseOf(object);
  }

  private constructor(
    /** The file, without extension. */
    readonly file: string,
    /** The kinds of the phase, in the order in which they are applied. */
    readonly kinds: readonly string[],
  ) {}

  /** Assigns all objects of a construct to this phase; namespaces and CRDs stay first. */
  assignTo(construct: IConstruct): void {
    construct.node.setContext(CONTEXT, this);
  }
}

const PHASES_BY_KIND = new Map(
  [Phase.NAMESPACES, Phase.GATEWAYS, Phase.POLICIES, Phase.ROUTES].flatMap(phase =>
    phase.kinds.map(kind => [kind, phase] as const),
  ),
);
const RANKS = new Map([...PHASES_BY_KIND].map(([kind], index) => [kind, index]));

/** API groups that not every cluster has: `kubectl apply -f` of the output directory must not apply them. */
const FOLDERS = new Map([
  ['install.istio.io', 'istio'],
  ['elbv2.k8s.aws', 'aws'],
]);

/** An object, and the construct whose context assigns its phase. */
interface Placed extends Pick<ApiObject, 'kind' | 'apiGroup'> {
  readonly node: Pick<IConstruct['node'], 'tryGetContext'>;
}

function phaseOf({ kind, node }: Pick<Placed, 'kind' | 'node'>): Phase {
  const ofKind = PHASES_BY_KIND.get(kind) ?? Phase.WORKLOADS;
  return ofKind === Phase.NAMESPACES ? ofKind : ((node.tryGetContext(CONTEXT) as Phase | undefined) ?? ofKind);
}

/** The file, without extension, that an object is written to. */
export function fileOf(object: Placed): string {
  const folder = FOLDERS.get(object.apiGroup);
  return folder
    ? `${folder}/${object.kind.replace(/\B[A-Z]/g, letter => `-${letter}`).toLowerCase()}`
    : phaseOf(object).file;
}

/**
 * The files, without extension, that an earlier run may have written; no other file in the directory belongs to the
 * app.
 */
export function ownFiles(): string[] {
  const phases = [Phase.NAMESPACES, Phase.CONTROL_PLANE, Phase.GATEWAYS, Phase.POLICIES, Phase.WORKLOADS, Phase.ROUTES];
  return [...phases.map(({ file }) => file), 'istio/istio-operator', 'aws/target-group-binding'];
}

/** The order of a kind in its file; objects of one kind stay as declared. */
export function rankOf(kind: string): number {
  return RANKS.get(kind) ?? 0;
}
