import {
  ClusterApp,
  Mesh,
  type IstioSidecarsProps,
  Port,
  type ServiceProps,
  type Topology,
  TopologyChart,
} from '../../lib';
import { objectsOf } from '../support/reached';

/** What a test reads of an object. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly data?: Readonly<Record<string, string>>;
  // Tests look into specs of every kind.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly spec: any;
}

/** All objects of a topology under Istio with sidecars. */
export function render(topology: Topology, props: IstioSidecarsProps = {}): Rendered[] {
  return objectsOf(new TopologyChart(new ClusterApp(), 'test', { topology, mesh: Mesh.istio(props) })) as Rendered[];
}

/** The one object of that kind and name. */
export function one(objects: readonly Rendered[], kind: string, name: string, namespace?: string): Rendered {
  const found = objects.filter(
    each => each.kind === kind && each.metadata.name === name && (!namespace || each.metadata.namespace === namespace),
  );
  if (found.length !== 1 || !found[0]) {
    throw new Error(
      `${found.length} objects are ${kind} ${name}; there are `
        + `${objects.map(each => `${each.kind} ${each.metadata.name}`).join(', ')}`,
    );
  }
  return found[0];
}

/** The names of all objects of a kind. */
export function names(objects: readonly Rendered[], kind: string): string[] {
  return objects.filter(each => each.kind === kind).map(each => each.metadata.name);
}

/** A service with nothing special about it. */
export function plain(topology: Topology, name: string, props: ServiceProps = {}) {
  return topology.addService(name, { image: `example/${name}:1`, port: Port.http(80), ...props });
}
