import { byAge, Cluster, Kind } from '../../lib/manifests';
import { manifestsOf } from '../support/manifests';

const gateway = (name: string, namespace: string, creationTimestamp?: string) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace, creationTimestamp },
  spec: {},
});
const order = (...objects: object[]) =>
  byAge(new Cluster(manifestsOf(objects).resources).all(Kind.ISTIO_GATEWAY)).map(each => each.key);

test('of objects with times of creation the oldest is first', () => {
  expect(order(gateway('a', 'n', '2026-01-02T00:00:00Z'), gateway('b', 'n', '2026-01-01T00:00:00Z'))).toEqual([
    'n/b',
    'n/a',
  ]);
});

test('objects of one time are ordered by name, then by namespace', () => {
  const at = '2026-01-01T00:00:00Z';
  expect(order(gateway('a-b', 'm', at), gateway('a', 'o', at), gateway('a', 'n', at))).toEqual(['n/a', 'o/a', 'm/a-b']);
});

test('if one has no time of creation, names decide', () => {
  expect(order(gateway('b', 'n', '2026-01-01T00:00:00Z'), gateway('a', 'n'))).toEqual(['n/a', 'n/b']);
});
