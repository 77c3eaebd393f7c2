import { type Cluster, isMember, Kind, membershipOf, type Workload } from '../manifests';
import { Advice, type TierAdvice } from './advice';
import { costOfProxies, NO_COST } from './costs';
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
  const pods = cluster.workloads.all.reduce((sum, each) => sum + podsOf(each, nodes), 0);
  const none: TierAdvice = {
    name: 'plain Kubernetes',
    missing: [...(mutualTls ? [{ path: 'all calls', feature: MUTUAL_TLS }] : []), ...usedFeatures(cluster)],
    cost: NO_COST,
  };
  const sidecars: TierAdvice = { name: 'Istio with sidecars', missing: [], cost: costOfProxies(pods) };
  const isInMesh = cluster.workloads.all.some(each => isMember(membershipOf(each, cluster)));
  return new Advice([none, sidecars], cluster.all(Kind.SERVICE).length, isInMesh ? sidecars : none);
}

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
