import { Testing } from 'cdk8s';
import { ClusterApp, EnvValue, type FurtherContainer, Mesh, Port, Topology, TopologyChart } from '../../../lib';
import { one, plain, type Rendered } from '../../istio/support';

/** The variables of a second container, beside that of a service that calls a database. */
function variablesOf(props: Partial<FurtherContainer>, at: 'containers' | 'initContainers' = 'containers') {
  const shop = new Topology('shop');
  const db = plain(shop, 'db', { port: Port.tcp(5432) });
  const web = plain(shop, 'web', {
    env: { PASSWORD: EnvValue.fromSecret('db', 'password'), MODE: 'fast' },
    [at]: [{ name: 'second', image: 'x/y:1', ...props }],
  });
  web.calls(db, { addressEnvVar: 'DB', addressEnvVars: { DB_URL: 'postgres://web:$(PASSWORD)@{host}' } });
  const chart = new TopologyChart(new ClusterApp(), 'test', { topology: shop, mesh: Mesh.none() });
  const { spec } = one(Testing.synth(chart) as Rendered[], 'Deployment', 'web-v1').spec.template;
  const second = (spec[at] as { name: string; env?: unknown[] }[]).find(each => each.name === 'second');
  return second?.env;
}

test('further containers have the addresses of calls that they refer to', () => {
  expect(variablesOf({ env: { URL: 'tcp://$(DB)' } })).toEqual([
    { name: 'DB', value: 'db:5432' },
    { name: 'URL', value: 'tcp://$(DB)' },
  ]);
  expect(variablesOf({ args: ['--wait=$(DB)'] }, 'initContainers')).toEqual([{ name: 'DB', value: 'db:5432' }]);
  expect(variablesOf({ command: ['wait', '$(DB)'] })).toEqual([{ name: 'DB', value: 'db:5432' }]);
});

test('an address comes with the variables that it refers to itself', () => {
  expect(variablesOf({ args: ['$(DB_URL)'] })).toEqual([
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    { name: 'DB_URL', value: 'postgres://web:$(PASSWORD)@db' },
  ]);
});

test('further containers have no other variables of the service', () => {
  expect(variablesOf({ args: ['$(MODE)', '$(PASSWORD)', '$$(DB)', 'DB'] })).toBeUndefined();
  expect(variablesOf({ env: { DB: 'other', URL: '$(DB)' } })).toEqual([
    { name: 'DB', value: 'other' },
    { name: 'URL', value: '$(DB)' },
  ]);
});
