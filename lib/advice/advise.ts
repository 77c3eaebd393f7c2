import { EnvoyGateway } from '../gateway';
import { IstioAmbient, IstioSidecars } from '../istio';
import { missingFeatures, NoMesh, type Target } from '../kubernetes';
import { LinkerdMesh } from '../linkerd';
import type { Topology } from '../topology';
import { Advice, type MissingInTier, type TierAdvice } from './advice';
import { costOfAmbient, costOfLinkerd, costOfSidecars, NO_COST, type TierCost } from './costs';
import { AMBIENT, LINKERD, PLAIN, SIDECARS } from './tiers';
import { MUTUAL_TLS } from './used-features';

/** What is required beyond what the topologies declare. */
export interface AdviceProps {
  /**
   * Whether calls between services have to be encrypted, with the caller's identity proven by a certificate that is
   * rotated, as PCI DSS or a zero-trust rule of the organisation may require.
   * @default false
   */
  readonly mutualTls?: boolean;
  /**
   * The target in use. Warnings then state whether it lacks something, or is more than what is declared requires.
   * @default - none
   */
  readonly mesh?: Target;
  /**
   * The nodes of the cluster, each of which runs one pod of a DaemonSet.
   * @default 3
   */
  readonly nodes?: number;
}

interface Tier {
  readonly name: string;
  readonly target: Target;
  readonly cost: (topologies: readonly Topology[], nodes: number) => TierCost;
  /** What it supports in part only. */
  readonly missingIn?: (topology: Topology) => MissingInTier[];
}

/** From the simplest to the most capable; last the second mesh, with a gateway of another project. */
const tiers = (): readonly Tier[] => {
  const ambient = new IstioAmbient();
  const linkerd = new LinkerdMesh({ gateway: new EnvoyGateway() });
  return [
    { name: PLAIN, target: new NoMesh({ gateway: new EnvoyGateway() }), cost: () => NO_COST },
    {
      name: AMBIENT,
      target: ambient,
      cost: (topologies, nodes) =>
        costOfAmbient(nodes, topologies.flatMap(each => ambient.waypoints.namespacesIn(each)).length),
    },
    { name: SIDECARS, target: new IstioSidecars(), cost: costOfSidecars },
    { name: LINKERD, target: linkerd, cost: costOfLinkerd, missingIn: topology => linkerd.missingIn(topology) },
  ];
};

/**
 * The simplest tier that supports everything that topologies declare: plain Kubernetes with Envoy Gateway, Istio, or
 * Linkerd.
 * Nothing of it is rendered.
 * @see https://istio.io/latest/docs/ops/deployment/performance-and-scalability/
 */
export function advise(topologies: Topology | readonly Topology[], props: AdviceProps = {}): Advice {
  const given = 'services' in topologies ? [topologies] : topologies;
  const { mutualTls = false, mesh, nodes = 3 } = props;
  const all = tiers();
  const advised = all.map(({ name, target, cost, missingIn }): TierAdvice => ({
    name,
    missing: [
      ...(mutualTls && !target.mutualTls ? [{ path: 'all calls', feature: MUTUAL_TLS }] : []),
      ...given
        .flatMap(topology => missingFeatures(topology, target, target.gateway))
        .map(({ path, capability }) => ({ path, feature: capability })),
      ...given.flatMap(topology => missingIn?.(topology) ?? []),
    ],
    cost: cost(given, nodes),
  }));
  const inUse = mesh && advised[all.findIndex(({ target }) => target.constructor === mesh.constructor)];
  const services = given.reduce((sum, topology) => sum + topology.services.length, 0);
  return new Advice(advised, services, inUse);
}
