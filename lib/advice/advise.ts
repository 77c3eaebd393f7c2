import { EnvoyGateway } from '../gateway';
import { IstioAmbient, IstioSidecars } from '../istio';
import { missingFeatures, NoMesh, type Target } from '../kubernetes';
import type { Topology } from '../topology';
import { Advice, type TierAdvice } from './advice';
import { costOfAmbient, costOfSidecars, NO_COST, type TierCost } from './costs';
import { AMBIENT, PLAIN, SIDECARS } from './tiers';
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
}

/** From the simplest to the most capable. */
const tiers = (): readonly Tier[] => {
  const ambient = new IstioAmbient();
  return [
    { name: PLAIN, target: new NoMesh({ gateway: new EnvoyGateway() }), cost: () => NO_COST },
    {
      name: AMBIENT,
      target: ambient,
      cost: (topologies, nodes) =>
        costOfAmbient(nodes, topologies.flatMap(each => ambient.waypoints.namespacesIn(each)).length),
    },
    { name: SIDECARS, target: new IstioSidecars(), cost: costOfSidecars },
  ];
};

/**
 * The simplest tier that supports everything that topologies declare: plain Kubernetes with Envoy Gateway, or Istio.
 * Nothing of it is rendered.
 * @see https://istio.io/latest/docs/ops/deployment/performance-and-scalability/
 */
export function advise(topologies: Topology | readonly Topology[], props: AdviceProps = {}): Advice {
  const given = 'services' in topologies ? [topologies] : topologies;
  const { mutualTls = false, mesh, nodes = 3 } = props;
  const all = tiers();
  const advised = all.map(({ name, target, cost }): TierAdvice => ({
    name,
    missing: [
      ...(mutualTls && !target.mutualTls ? [{ path: 'all calls', feature: MUTUAL_TLS }] : []),
      ...given
        .flatMap(topology => missingFeatures(topology, target, target.gateway))
        .map(({ path, capability }) => ({ path, feature: capability })),
    ],
    cost: cost(given, nodes),
  }));
  const inUse = mesh && advised[all.findIndex(({ target }) => target.constructor === mesh.constructor)];
  const services = given.reduce((sum, topology) => sum + topology.services.length, 0);
  return new Advice(advised, services, inUse);
}
