import { Testing } from 'cdk8s';
import type { TopologyChart } from '../../lib';
import { objectsBelow } from '../../lib/kubernetes/declared-object';

/**
 * The objects of a chart, after a check that they are the same whether something outside of the library has reached
 * them or not.
 */
export function objectsOf(chart: TopologyChart): unknown[] {
  const unreached = objectsBelow(chart).map(each => each.toJson());
  const reached = Testing.synth(chart) as unknown[];
  expect(texts(unreached)).toEqual(texts(reached));
  return reached;
}

function texts(objects: readonly unknown[]): string[] {
  return objects.map(each => JSON.stringify(each)).sort();
}
