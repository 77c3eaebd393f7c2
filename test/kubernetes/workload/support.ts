import { ApiObject, Testing } from 'cdk8s';
import { ClusterApp, type ServiceProps, Topology, TopologyChart } from '../../../lib';
import { constructsBelow } from '../../../lib/kubernetes/reached';
import { one, plain, type Rendered } from '../../istio/support';

/**
 * What a topology becomes on plain Kubernetes: the same, whether something outside has reached its Deployments or not.
 */
export function rendered(topology: Topology): Rendered[] {
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology });
  const unreached = constructsBelow(chart)
    .filter(each => ApiObject.isApiObject(each))
    .map(each => each.toJson() as Rendered);
  const objects = Testing.synth(chart) as Rendered[];
  expect(texts(unreached)).toEqual(texts(objects));
  return objects;
}

const texts = (objects: readonly Rendered[]) => objects.map(each => JSON.stringify(each)).sort();

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
