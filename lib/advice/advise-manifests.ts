import { IstioAmbient } from '../istio';
import { LinkerdMesh } from '../linkerd';
import { type Cluster, isInLinkerd, Kind, Membership, membershipOf, type Workload } from '../manifests';
import { Advice, type MissingInTier, type TierAdvice } from './advice';
import { costOfAmbient, costOfLinkerdProxies, costOfProxies, NO_COST } from './costs';
import { AMBIENT, LINKERD, PLAIN, SIDECARS } from './tiers';
import { MUTUAL_TLS, usedFeatures } from './used-features';
import { partsMissingInLinkerd } from './used-of-linkerd';

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
  const lacking = (capabilities: readonly string[]) =>
    used.filter(({ feature }) => feature !== MUTUAL_TLS && !capabilities.includes(feature)).map(missingOf);
  const waypoints = new Set(used.flatMap(({ namespace, feature }) => (feature === MUTUAL_TLS ? [] : [namespace])));
  const plain: TierAdvice = { name: PLAIN, missing: used.map(missingOf), cost: NO_COST };
  const ambient: TierAdvice = {
    name: AMBIENT,
    missing: lacking(new IstioAmbient().capabilities),
    cost: costOfAmbient(nodes, waypoints.size),
  };
  const sidecars: TierAdvice = { name: SIDECARS, missing: [], cost: costOfProxies(pods) };
  const linkerd: TierAdvice = {
    name: LINKERD,
    missing: [...lacking(new LinkerdMesh().capabilities), ...partsMissingInLinkerd(cluster)],
    cost: costOfLinkerdProxies(pods),
  };
  const memberships = new Set(cluster.workloads.all.map(each => membershipOf(each, cluster)));
  const inUse = memberships.has(Membership.SIDECAR)
    ? sidecars
    : memberships.has(Membership.AMBIENT)
      ? ambient
      : cluster.workloads.all.some(each => isInLinkerd(each, cluster) === true)
        ? linkerd
        : plain;
  return new Advice([plain, ambient, sidecars, linkerd], cluster.all(Kind.SERVICE).length, inUse);
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
