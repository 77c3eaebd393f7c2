import { TrafficMatrix, contextOf } from '../../dataplane';
import { type Cluster, hasLabels, Kind, Membership, membershipOf, Selecting, type Resource } from '../../manifests';
import {
  call,
  cardinal,
  type Code,
  list,
  literal,
  make,
  name,
  object,
  objectOrNone,
  RESERVED_WORDS,
  type Statement,
} from '../program';
import { ALL, callsOf, callStatement, type ImportedCall, loopsOf } from './calls';
import { externalsOf, keptHosts } from './externals';
import { edgesOf, type ImportedGateways } from './edges';
import { datagramOpenings, datagramPorts } from './datagrams';
import { admissions, gatewaysOf, gatewayStatements, openings } from './gateways';
import { policiesOf } from './policies';
import { DEFAULT_RETRIES, defaultRetries, routesOf } from './routes';
import type { ImportedRoutes } from './routes';
import { type ImportedService, KINDS, servicesOf } from './services';
import { exposedPorts } from './exposed';
import { surroundingsOf } from './surroundings';
import { existingDeclaration, serviceDeclaration, type Surroundings } from './workload';

/** The targets that a model can have. */
export type ImportMesh = 'none' | 'istio' | 'ambient';

/** How manifests become a model. */
export interface ModelProps {
  readonly name: string;
  readonly mesh: ImportMesh;
  /** Whether callers that no policy denies, and that have no address of the callee, become calls too. */
  readonly keepsOpen: boolean;
  /** The services whose workloads the model cannot render, with the reason. */
  readonly existing: ReadonlyMap<string, string>;
  /** The services whose routes the model would change, so that they stay as they are. */
  readonly asWritten: ReadonlySet<string>;
  /** The Gateways that stay as they are, with the reason. */
  readonly gatewaysAsWritten: ReadonlyMap<Resource, string>;
}

/** A model without what is left of the manifests. */
export interface Model {
  readonly statements: readonly Statement[];
  /** Statements about the chart. */
  readonly ofChart: readonly Statement[];
  readonly services: readonly ImportedService[];
  readonly existing: ReadonlySet<ImportedService>;
  readonly routes: ReadonlyMap<ImportedService, ImportedRoutes>;
  readonly expressed: ReadonlySet<Resource>;
  readonly gateways: ImportedGateways;
}

/** The services, calls and traffic rules of manifests. */
export function modelOf(
  cluster: Cluster,
  { name: title, mesh, keepsOpen, existing, asWritten, gatewaysAsWritten }: ModelProps,
): Model {
  const hasMesh = mesh !== 'none';
  const services = servicesOf(cluster).filter(each => !isGateway(each, cluster));
  const refused = new Map([...existing, ...ofOtherKinds(services)]);
  const kept = new Set(services.filter(each => refused.has(keyOf(each))));
  const calls = callsOf(services, new TrafficMatrix(contextOf(cluster)).reaches);
  const all = [...calls.addressed, ...calls.granted, ...(keepsOpen ? calls.open : [])];
  const { routes, expressed } = hasMesh
    ? routesOf(services, cluster, each => asWritten.has(keyOf(each)))
    : { routes: new Map<ImportedService, ImportedRoutes>(), expressed: new Set<Resource>() };
  const policies = policiesOf(services, all, cluster);
  const isUnmanaged = (namespace: string) => services.every(each => each.namespace !== namespace || kept.has(each));
  const taken = new Set([...services.map(each => each.constant), ...RESERVED, ...RESERVED_WORDS]);
  const imported: ImportedGateways = hasMesh
    ? edgesOf(services, cluster, taken, each => gatewaysAsWritten.get(each))
    : { edges: [], kept: new Map<Resource, string>() };
  const ofEdges = imported.edges.flatMap(each => each.expressed);
  const gateways = gatewaysOf(services, cluster, new Set(ofEdges));
  const protocolPolicy = (protocol: string): Readonly<Record<string, Code>> =>
    hasMesh && ['http', 'http2', 'grpc'].includes(protocol) ? { retries: name(DEFAULT_RETRIES) } : {};
  const policyOf = (each: ImportedCall): Readonly<Record<string, Code | undefined>> => ({
    ...protocolPolicy(each.port.protocol),
    ...(protocolPolicy(each.port.protocol).retries ? routes.get(each.callee)?.policy : {}),
    allowedOperations: policies.operationsOf(each),
  });
  const externals = hasMesh
    ? externalsOf(services, cluster, taken, protocolPolicy)
    : { statements: [], expressed: new Set<Resource>() };
  const namespaces = [...new Set(services.map(each => each.namespace))];
  const around = surroundingsOf(services, calls, kept, cluster, taken);
  return {
    services,
    existing: kept,
    routes,
    gateways: imported,
    expressed: new Set([
      ...expressed,
      ...policies.expressed,
      ...externals.expressed,
      ...ofEdges,
      ...cluster.all(Kind.NAMESPACE).filter(each => namespaces.includes(each.name)),
    ]),
    statements: [
      topologyStatement(title, namespaces[0] ?? title, isOutboundOpen(services, cluster)),
      ...namespaces
        .filter((each, index) => index > 0 || isUnmanaged(each))
        .map(each => ({ code: call(name('topology'), 'addNamespace', literal(each)) })),
      ...(hasMesh ? [defaultRetries()] : []),
      ...services.flatMap(each =>
        serviceStatements(each, namespaces[0] ?? '', refused.get(keyOf(each)), around, mesh, cluster),
      ),
      {
        declares: ALL,
        code: list(services.map(each => name(each.constant))),
        isApart: true,
      },
      ...section(
        ['Calls whose address a variable of the caller has.'],
        calls.addressed.map(each =>
          callStatement(kept.has(each.caller) ? { ...each, addresses: [] } : each, policyOf(each)),
        ),
      ),
      ...section(
        ['Guesses: policies allow these callers, and no variable has the address.'],
        loopsOf(calls.granted, policyOf, services),
      ),
      ...section(
        [
          'Guesses: no policy denies these callers, and no variable has the address. Delete those that are no calls: '
            + 'the model denies them then.',
        ],
        keepsOpen ? loopsOf(calls.open, policyOf, services) : [],
      ),
      ...section(['Hosts outside, which all services can reach.'], externals.statements),
      ...imported.edges.flatMap(each => each.statements),
      ...section(
        ['The gateways in front of the services, whose objects are kept below.'],
        gatewayStatements(gateways, services, hasMesh),
      ),
      ...section(
        ['Traffic among versions.'],
        [...routes.values()].flatMap(each => each.statements),
      ),
    ],
    ofChart: [
      ...section(
        ['Hosts of objects that are kept, which services can call.'],
        hasMesh ? keptHosts(services, externals.expressed, cluster) : [],
      ),
      ...section(['Rules of policies that the model has no words for.'], policies.statements),
      ...section(
        ['Pods of gateways, which the default deny of their namespace would deny.'],
        admissions(gateways, namespaces, hasMesh),
      ),
      ...section(
        ['Ports for UDP, which calls do not have.'],
        services.flatMap(each =>
          datagramPorts(each).flatMap(port => datagramOpenings(each, labelsOf(each, kept), port)),
        ),
      ),
      ...section(
        ['Services that are reachable from any address.'],
        exposedPorts(services, cluster).flatMap(([service, port]) =>
          openings(`${service.name}-outside-${port}`, service.namespace, labelsOf(service, kept), port, hasMesh),
        ),
      ),
    ],
  };
}

/** Pods, Jobs and the like, whose objects are kept. */
function ofOtherKinds(services: readonly ImportedService[]): (readonly [string, string])[] {
  return services.flatMap(each => {
    const other = each.versions.find(({ workload }) => !KINDS.has(workload.resource.type));
    return other ? [[keyOf(each), `it is a ${other.workload.resource.kind}.`] as const] : [];
  });
}

/** The labels of the pods of a service in the model. */
function labelsOf(service: ImportedService, kept: ReadonlySet<ImportedService>): Readonly<Record<string, string>> {
  return kept.has(service)
    ? (service.service?.spec.get('selector').strings ?? service.versions[0]?.workload.labels ?? {})
    : { app: service.name };
}

const RESERVED = ['topology', 'chart', 'app', ALL, DEFAULT_RETRIES];

export function keyOf({ namespace, name: title }: ImportedService): string {
  return `${namespace}/${title}`;
}

/** The application that renders the model. */
export function appStatements(title: string, mesh: ImportMesh): Statement[] {
  return [
    { declares: 'app', code: make(cardinal('ClusterApp')), isApart: true },
    {
      declares: 'chart',
      code: make(
        cardinal('TopologyChart'),
        name('app'),
        literal(title),
        object({ topology: name('topology'), mesh: mesh === 'none' ? undefined : call(cardinal('Mesh'), mesh) }),
      ),
    },
  ];
}

function section(comment: readonly string[], statements: readonly Statement[]): Statement[] {
  return statements.map((each, index) =>
    index === 0 ? { ...each, comment: [...comment, ...(each.comment ?? [])], isApart: true } : each,
  );
}

function topologyStatement(title: string, namespace: string, isOpen: boolean): Statement {
  const reason = 'the imported manifests do not restrict it';
  return {
    declares: 'topology',
    code: make(
      cardinal('Topology'),
      literal(title),
      objectOrNone({
        namespace: namespace === title ? undefined : literal(namespace),
        outboundTraffic: isOpen ? call(cardinal('OutboundTraffic'), 'any', literal(reason)) : undefined,
      }),
    ),
    isApart: true,
  };
}

function serviceStatements(
  service: ImportedService,
  namespace: string,
  refusal: string | undefined,
  around: Surroundings,
  mesh: ImportMesh,
  cluster: Cluster,
): Statement[] {
  const { volumes, props } = refusal === undefined ? serviceDeclaration(service, around) : existingDeclaration(service);
  const isOutside =
    mesh !== 'none' && service.versions.every(({ workload }) => membershipOf(workload, cluster) === Membership.NONE);
  const code = call(
    name('topology'),
    'addService',
    literal(service.name),
    object({
      namespace: service.namespace === namespace ? undefined : literal(service.namespace),
      ...props,
      inMesh: isOutside ? literal(false) : undefined,
    }),
  );
  const comment = refusal === undefined ? [] : [`Its workload is kept as it is: ${refusal}`];
  return [...volumes, { declares: service.constant, code }].map((each, index) =>
    index === 0 ? { ...each, comment, isApart: true } : each,
  );
}

/** Pods of gateways keep their objects. */
function isGateway({ versions }: ImportedService, cluster: Cluster): boolean {
  return cluster.all(Kind.ISTIO_GATEWAY).some(({ spec }) =>
    versions.some(({ workload }) => {
      const selector = spec.get('selector').strings;
      return Object.keys(selector).length > 0 && hasLabels(workload.labels, selector);
    }),
  );
}

/** Whether nothing restricts connections to hosts outside. */
function isOutboundOpen(services: readonly ImportedService[], cluster: Cluster): boolean {
  const isRegistryOnly = cluster.mesh.get('outboundTrafficPolicy')?.get('mode').text === 'REGISTRY_ONLY';
  return (
    !isRegistryOnly
    && services.every(({ versions }) =>
      versions.every(({ workload }) => {
        const policies = Selecting.of(cluster, Kind.NETWORK_POLICY, 'podSelector', 'matchLabels');
        const own = [...policies.selecting(workload), ...policies.defaults(workload.namespace)];
        const sidecars = Selecting.of(cluster, Kind.SIDECAR, 'workloadSelector', 'labels');
        const scopes = [...sidecars.selecting(workload), ...sidecars.defaults(workload.namespace)];
        return (
          !own.some(each => each.spec.get('policyTypes').texts.includes('Egress') || each.spec.get('egress').exists)
          && !scopes.some(each => each.spec.get('outboundTrafficPolicy', 'mode').text === 'REGISTRY_ONLY')
        );
      }),
    )
  );
}
