import { type Cluster, type Field, Kind, type Labels } from '../../../manifests';
import { istioAnnotations, knownAnnotation } from './known-annotations';

interface Use {
  readonly name: string;
  readonly at: Field;
  readonly kind: string;
  /** Of the same object. */
  readonly labels: Labels;
}

/** The objects whose annotations are checked, with the annotations in the pod templates of Deployments and others. */
export function uses(cluster: Cluster): Use[] {
  return [
    ...[Kind.NAMESPACE, Kind.SERVICE, Kind.DEPLOYMENT]
      .flatMap(type => cluster.all(type))
      .concat(cluster.workloads.all.map(each => each.resource).filter(each => each.type === Kind.POD))
      .flatMap(resource => usesIn(resource.metadata, resource.kind, resource.labels)),
    ...cluster.workloads.all
      .filter(each => each.resource.type !== Kind.POD)
      .flatMap(each => usesIn(each.template.get('metadata'), 'Pod', each.labels)),
  ];
}

/** What the injector itself writes on the Pods that it has changed. */
const OF_INJECTOR: ReadonlySet<string> = new Set(['sidecar.istio.io/status', 'proxy.istio.io/overrides']);

function usesIn(metadata: Field, kind: string, labels: Labels): Use[] {
  const isInjected = metadata.get('annotations', 'sidecar.istio.io/status').exists;
  return istioAnnotations(metadata.get('annotations'))
    .filter(([name]) => !isInjected || !OF_INJECTOR.has(name))
    .map(([name, at]) => ({ name, at, kind, labels }));
}

/** Whether an annotation is on a kind of object on which Istio reads it. */
export function isPlaced({ name, kind }: Use): boolean {
  const kinds = knownAnnotation(name)?.kinds ?? ['Any'];
  return kinds.includes('Any') || kinds.includes(kind);
}
