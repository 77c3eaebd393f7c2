import { Duration } from 'cdk8s';
import { ClusterApp, Mesh, Port, Topology, TopologyChart } from '../../../lib';
import { fluxFolders, planOf } from '../../../lib/analysis';
import { Cluster, type KubernetesObject, resourcesOf } from '../../../lib/manifests';
import { Manifests } from '../../../lib/testing';

interface Kustomization extends KubernetesObject {
  readonly spec: { readonly healthCheckExprs?: readonly { readonly kind: string; readonly current: string }[] };
}

/** The Kustomizations of the last commit that installs a topology. */
function kustomizations(declare: (topology: Topology) => void): Kustomization[] {
  const topology = new Topology('shop');
  declare(topology);
  const app = new ClusterApp();
  new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });
  const before = new Cluster([]);
  const { steps } = planOf(before, new Cluster(resourcesOf(Manifests.ofApp(app).objects)));
  const files = [...fluxFolders(steps, before, './deployed')];
  return (files.filter(([file]) => file.endsWith('kustomizations.yaml')).at(-1)?.[1] ?? []) as Kustomization[];
}

const healthOf = (all: readonly Kustomization[]) =>
  Object.fromEntries(
    all.map(({ metadata, spec }) => [metadata.name, spec.healthCheckExprs?.map(({ kind }) => kind)] as const),
  );

test('a commit waits for its Gateways, which have no condition Ready', () => {
  const all = kustomizations(topology => {
    const web = topology.addService('web', { image: 'web', port: Port.http(80) });
    topology.addEdge('api', { host: 'shop.example' }).route('GET /', web);
  });

  expect(healthOf(all)).toEqual({
    types: undefined,
    configuration: ['Gateway'],
    policies: undefined,
    workloads: undefined,
    routes: undefined,
  });
  expect(all[1]?.spec.healthCheckExprs?.[0]?.current).toContain("e.type == 'Programmed' && e.status == 'True'");
});

test('a commit waits for its Rollouts, whose observed generation Flux cannot read', () => {
  const all = kustomizations(topology => {
    const payment = topology.addService('payment', {
      image: 'payment',
      port: Port.http(80),
      slo: { availability: 99 },
    });
    payment.rollout({ prometheus: 'http://prometheus:9090', interval: Duration.minutes(1), measurements: 1 });
    topology.addService('checkout', { image: 'checkout' }).calls(payment);
  });

  expect(healthOf(all).workloads).toEqual(['Rollout']);
  expect(healthOf(all).routes).toBeUndefined();
});

test('Gateways of Istio have no status, and nothing waits for them', () => {
  const gateway = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: 'api', namespace: 'shop' },
    spec: {},
  };
  const before = new Cluster([]);
  const { steps } = planOf(before, new Cluster(resourcesOf([gateway])));
  const [[, written] = []] = [...fluxFolders(steps, before, './deployed')].filter(([file]) =>
    file.endsWith('kustomizations.yaml'),
  );
  expect(healthOf(written as Kustomization[])).toEqual({ configuration: undefined });
});

test('a health check that fails ends in time for the commit that repairs it', () => {
  const all = kustomizations(topology => {
    topology.addService('web', { image: 'web' });
  });

  expect(all.map(({ spec }) => spec)).toEqual(
    all.map(() => expect.objectContaining({ wait: true, timeout: '3m', retryInterval: '1m', interval: '10m' })),
  );
});
