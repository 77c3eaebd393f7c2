import { ClusterApp, Mesh, Port, type ServiceProps, Topology, TopologyChart, WorkloadKind } from '../../../lib';
import { Manifests, Traffic } from '../../../lib/testing';
import { endsOf, istio, meshed, service, traffic } from './support';

/** Brokers that call each other unless told otherwise, a caller, and one that declares no call. */
function brokers(props: ServiceProps = {}, mesh = Mesh.istio(), callThemselves = true): Traffic {
  const shop = new Topology('shop');
  const kafka = shop.addService('kafka', {
    image: 'example/kafka:1',
    port: Port.http(80, { target: 8080 }),
    ports: [Port.tcp(9092)],
    workload: WorkloadKind.statefulSet(),
    replicas: 3,
    ...props,
  });
  const web = shop.addService('web', { image: 'example/web:1' });
  shop.addService('foreign', { image: 'example/foreign:1' });
  for (const caller of callThemselves ? [web, kafka] : [web]) {
    caller.calls(kafka);
    caller.calls(kafka, { port: 9092 });
  }
  const app = new ClusterApp();
  new TopologyChart(app, 'shop', { topology: shop, mesh });
  return Traffic.of(Manifests.ofApp(app));
}

const PODS = ['kafka-0.kafka-headless', 'kafka-2.kafka-headless.shop.svc.cluster.local'];

test.each([
  ['with Istio', Mesh.istio()],
  ['without a mesh', Mesh.none()],
])('callers of a StatefulSet, and its own pods, reach the Service and each pod by name, %s', (_name, mesh) => {
  const all = brokers({}, mesh);
  for (const caller of ['web', 'kafka']) {
    const from = all.from(caller);
    const ends = [
      from.http('GET http://kafka/'),
      from.tcp('kafka:9092'),
      from.http('GET http://kafka-headless:8080/'),
      ...PODS.flatMap(pod => [from.http(`GET http://${pod}:8080/`), from.tcp(`${pod}:9092`)]),
    ];
    expect([...new Set(ends.map(endsOf))]).toEqual(['kafka']);
    ends.forEach(each => each.expectAllowed());
  }
});

test.each([
  ['with Istio', Mesh.istio()],
  ['without a mesh', Mesh.none()],
])('undeclared callers reach neither the Service nor a pod, %s', (_name, mesh) => {
  const from = brokers({}, mesh).from('foreign');
  from.http('GET http://kafka/').expectDenied();
  for (const pod of PODS) {
    from.http(`GET http://${pod}:8080/`).expectDenied();
    from.tcp(`${pod}:9092`).expectDenied();
  }
});

test('pods that do not declare calls of their own service are denied by each other', () => {
  const from = brokers({}, Mesh.istio(), false).from('kafka');
  from.http('GET http://kafka/').expectDenied();
  from.http('GET http://kafka-1.kafka-headless:8080/').expectDenied();
});

test('a pod beyond the replicas, and a name that no pod has, do not resolve; that of an address does', () => {
  const all = brokers();
  const reasonOf = (host: string) => all.from('web').http(`GET http://${host}:8080/`).outcomes[0]?.reason;
  for (const host of ['kafka-3.kafka-headless', 'kafka-x.kafka-headless', 'kafka.kafka-headless']) {
    expect(reasonOf(host)).toContain('does not resolve');
  }
  expect(endsOf(all.from('web').http('GET http://10-0-0-7.kafka-headless:8080/'))).toBe('kafka');
});

test('an autoscaler may add pods of a StatefulSet', () => {
  const scaled = brokers({ replicas: undefined, autoscaling: { min: 1, max: 3 }, resources: { cpu: '1' } });
  expect(endsOf(scaled.from('web').http('GET http://kafka-2.kafka-headless:8080/'))).toBe('kafka');
});

test('the only pod of a StatefulSet reaches its own address without the proxy, which is not simulated', () => {
  expect(() => brokers({ replicas: 1 }).from('kafka').http('GET http://kafka-headless:8080/')).toThrow(
    'reaches its own address without the proxy',
  );
});

test('a pod that may choose its own address, unlike the others, is not simulated', () => {
  const denied = brokers({}, Mesh.istio(), false).from('kafka');
  expect(() => denied.http('GET http://kafka-headless:8080/')).toThrow('may choose its own address');
  denied.http('GET http://kafka-1.kafka-headless:8080/').expectDenied();
});

const headless = service('agent', 'shop', { clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] });
const template = (labels: object, pod: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'app', image: 'app', ports: [{ containerPort: 8080 }] }], ...pod },
});

test('a pod of a DaemonSet reaches those on other nodes', () => {
  const agent = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { template: template({ app: 'agent' }) },
  };
  expect(endsOf(traffic([agent, headless]).from('agent').http('GET http://agent:8080/'))).toBe('agent');
});

test('a StatefulSet numbers its pods from its own start, and a Pod has the name that it declares', () => {
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { replicas: 2, serviceName: 'agent', ordinals: { start: 5 }, template: template({ app: 'agent' }) },
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    ...template({ app: 'agent' }, { hostname: 'lone', subdomain: 'agent' }),
    metadata: { name: 'agent-pod', namespace: 'shop', labels: { app: 'agent' } },
  };
  const all = traffic([
    set,
    pod,
    headless,
    meshed('shop'),
    istio('Sidecar', 'default', { egress: [{ hosts: ['*/*'] }] }),
  ]);
  const isKnown = (name: string) =>
    !all
      .from('web')
      .http(`GET http://${name}.agent:8080/`)
      .outcomes.some(({ reason = '' }) => /not resolve/.test(reason));
  expect(['agent-4', 'agent-5', 'agent-6', 'agent-7', 'lone', 'other'].filter(isKnown)).toEqual([
    'agent-5',
    'agent-6',
    'lone',
  ]);
});
