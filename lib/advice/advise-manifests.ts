import { IstioAmbient } from '../istio';
import { type Cluster, Kind, Membership, membershipOf, type Workload } from '../manifests';
import { Advice, type MissingInTier, type TierAdvice } from './advice';
import { costOfAmbient, costOfProxies, NO_COST } from './costs';
import { AMBIENT, PLAIN, SIDECARS } from './tiers';
import { MUTUAL_TLS, usedFeatures } from './used-features';

/** What is required beyond what the manifests use. */
interface ManifestAdviceProps {
  /** @default false */
  readonly mutualTls?: boolean;
  /**
   * The nodes of the cluster, each of which runs one pod of a DaemonSet.
   * @default 3
   */
  readonly nodes?: number;
}

/** The simplest tier that supports everything that manifests use between services, of any origin. */
export function adviseManifests(cluster: Cluster, props: ManifestAdviceProps = {}): Advice {
  const { mutualTls = false, nodes = 3 } = props;
  const used = [
    ...(mutualTls ? [{ path: 'all calls', namespace: '', feature: MUTUAL_TLS }] : []),
    ...usedFeatures(cluster),
  ];
  const pods = cluster.workloads.all.reduce((sum, each) => sum + podsOf(each, nodes), 0);
  const inAmbient = new Set<string>([MUTUAL_TLS, ...new IstioAmbient().capabilities]);
  const waypoints = new Set(used.flatMap(({ namespace, feature }) => (feature === MUTUAL_TLS ? [] : [namespace])));
  const plain: TierAdvice = { name: PLAIN, missing: used.map(missingOf), cost: NO_COST };
  const ambient: TierAdvice = {
    name: AMBIENT,
    missing: used.filter(({ feature }) => !inAmbient.has(feature)).map(missingOf),
    cost: costOfAmbient(nodes, waypoints.size),
  };
  const sidecars: TierAdvice = { name: SIDECARS, missing: [], cost: costOfProxies(pods) };
  const memberships = new Set(cluster.workloads.all.map(each => membershipOf(each, cluster)));
  const inUse = memberships.has(Membership.SIDECAR) ? sidecars : memberships.has(Membership.AMBIENT) ? ambient : plain;
  return new Advice([plain, ambient, sidecars], cluster.all(Kind.SERVICE).length, inUse);
}

const missingOf = ({ path, feature }: MissingInTier): MissingInTier => ({ path, feature });

function podsOf({ resource }: Workload, nodes: number): number {
  switch (resource.type) {
    case Kind.JOB:
    case Kind.CRON_JOB:
      return 0;
    case Kind.DAEMON_SET:
      return nodes;
    default:
      return resource.spec.get('replicas').number ?? 1;
  }
}
