import { ClusterApp, type ServiceProps, Topology, TopologyChart } from '../../../lib';
import { one, plain, type Rendered } from '../../istio/support';
import { objectsOf } from '../../support/reached';

/** What a topology becomes on plain Kubernetes. */
export function rendered(topology: Topology): Rendered[] {
  return objectsOf(new TopologyChart(new ClusterApp(), 'test', { topology })) as Rendered[];
}

/** What a lone service becomes. */
export function alone(props: ServiceProps = {}): Rendered[] {
  const shop = new Topology('shop');
  plain(shop, 'cart', props);
  return rendered(shop);
}

/** The template of its pods. */
export const templateOf = (props: ServiceProps, version = 'v1') =>
  one(alone(props), 'Deployment', `cart-${version}`).spec.template;
export const podOf = (props: ServiceProps, version = 'v1') => templateOf(props, version).spec;
export const containerOf = (props: ServiceProps, version = 'v1') => podOf(props, version).containers[0];
