import { ClusterApp, Mesh, type Topology, TopologyChart } from '../../lib';
import { checkManifests, describeFinding, Severity } from '../../lib/checks';
import { Cluster, type KubernetesObject } from '../../lib/manifests';
import { Manifests, Traffic } from '../../lib/testing';
import { manifestsOf } from '../support/manifests';

/** A topology as it is applied on Istio with sidecars. */
export class Example {
  readonly objects: readonly KubernetesObject[];
  readonly manifests: Manifests;

  /** @param change what its owner changes in the rendered objects, such as a suppression */
  constructor(topology: Topology, change: (chart: TopologyChart) => void = () => undefined) {
    const chart = new TopologyChart(new ClusterApp(), topology.name, { topology, mesh: Mesh.istio() });
    change(chart);
    this.manifests = Manifests.ofChart(chart);
    this.objects = this.manifests.objects;
  }

  get traffic(): Traffic {
    return Traffic.of(this.manifests);
  }

  /** The findings of `cardinal check`, without notes. */
  get problems(): string[] {
    return problemsIn(this.objects);
  }

  /** The workloads that reach a workload or an external host. */
  callersOf(callee: string): string[] {
    return this.traffic
      .matrix()
      .reaches.filter(each => each.to.startsWith(callee))
      .map(each => each.from);
  }
}

/** The findings of `cardinal check` in objects of several outputs, without notes. */
export function problemsIn(objects: readonly KubernetesObject[]): string[] {
  const { findings } = checkManifests(new Cluster([...manifestsOf(objects).resources]));
  return findings.filter(({ severity }) => severity !== Severity.INFO).map(describeFinding);
}
