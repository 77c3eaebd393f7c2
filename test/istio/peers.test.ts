import { Duration } from 'cdk8s';
import { Port, Topology, WorkloadKind } from '../../lib';
import { Example } from '../examples/support';
import { one, plain, render, type Rendered } from './support';

const image = 'example/kafka:1';
const kafkaIn = (shop: Topology, port = Port.tcp(9092)) =>
  shop.addService('kafka', { image, replicas: 3, port, workload: WorkloadKind.statefulSet() });
const egressOf = (objects: Rendered[], name: string) => one(objects, 'Sidecar', name).spec.egress[0].hosts;

test('a service that calls itself allows its own identity, on both layers, in its one Sidecar', () => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart');
  cart.calls(cart, { addressEnvVar: 'PEERS' });
  const objects = render(shop);
  const pods = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
    podSelector: { matchLabels: { app: 'cart' } },
  };

  expect(one(objects, 'AuthorizationPolicy', 'cart').spec.rules).toEqual([
    {
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart'] } }],
      to: [{ operation: { ports: ['80'] } }],
    },
  ]);
  const { spec } = one(objects, 'NetworkPolicy', 'cart');
  expect([spec.ingress[0].from, spec.egress[0].to]).toEqual([[pods], [pods]]);
  expect(objects.filter(each => each.kind === 'Sidecar').map(each => each.metadata.name)).toEqual(['cart']);
  expect(egressOf(objects, 'cart')).toEqual(['./cart.shop.svc.cluster.local']);
  expect(one(objects, 'Deployment', 'cart-v1').spec.template.spec.containers[0].env).toEqual([
    { name: 'PEERS', value: 'cart:80' },
  ]);
});

test('callers of a StatefulSet, and the pods that call each other, have its Service and its headless Service', () => {
  const shop = new Topology('shop');
  shop.addNamespace('data');
  const kafka = shop.addService('kafka', {
    namespace: 'data',
    image,
    replicas: 3,
    port: Port.tcp(9092),
    workload: WorkloadKind.statefulSet(),
  });
  kafka.calls(kafka);
  plain(shop, 'web').calls(kafka);
  const objects = render(shop);

  expect(one(objects, 'Sidecar', 'kafka', 'data').spec.egress[0].hosts).toEqual([
    './kafka.data.svc.cluster.local',
    './kafka-headless.data.svc.cluster.local',
  ]);
  expect(egressOf(objects, 'web')).toEqual([
    'data/kafka.data.svc.cluster.local',
    'data/kafka-headless.data.svc.cluster.local',
  ]);
  expect([kafka.podHostNameIn('data', 2), kafka.podHostNameIn('shop', 0)]).toEqual([
    'kafka-2.kafka-headless',
    'kafka-0.kafka-headless.data',
  ]);
});

test('an address text may name single pods in place of the Service', () => {
  const shop = new Topology('shop');
  const kafka = kafkaIn(shop, Port.tcp(9092));
  const members = [0, 1].map(each => kafka.podHostNameIn('shop', each)).join(',');
  plain(shop, 'web').calls(kafka, { addressEnvVars: { MEMBERS: members } });
  expect(one(render(shop), 'Deployment', 'web-v1').spec.template.spec.containers[0].env).toEqual([
    { name: 'MEMBERS', value: 'kafka-0.kafka-headless,kafka-1.kafka-headless' },
  ]);
});

test('calls to single pods have the timeout and retries of the call, on the container port', () => {
  const shop = new Topology('shop');
  const search = kafkaIn(shop, Port.http(80, { target: 9200 }));
  search.calls(search, { timeout: Duration.seconds(1) });
  plain(shop, 'web').calls(search, { timeout: Duration.seconds(5) });
  const { spec } = one(render(shop), 'VirtualService', 'kafka-headless');
  const route = [{ destination: { host: 'kafka-headless.shop.svc.cluster.local', port: { number: 9200 } } }];

  expect(spec).toEqual({
    hosts: ['kafka-headless.shop.svc.cluster.local'],
    http: [
      { match: [{ port: 9200, sourceLabels: { app: 'kafka' } }], route, timeout: '1s', retries: { attempts: 0 } },
      { match: [{ port: 9200, sourceLabels: { app: 'web' } }], route, timeout: '5s', retries: { attempts: 0 } },
      { match: [{ port: 9200 }], route, retries: { attempts: 0 } },
    ],
  });
});

test('connections to single pods are limited; none is ejected, since the client has chosen it', () => {
  const shop = new Topology('shop');
  const kafka = kafkaIn(shop);
  plain(shop, 'web').calls(kafka);
  kafka.addCircuitBreaker({ consecutive5xxErrors: 5, maxConnections: 10 });
  const objects = render(shop);

  expect(one(objects, 'DestinationRule', 'kafka').spec.trafficPolicy).toEqual({
    connectionPool: { tcp: { maxConnections: 10 } },
    outlierDetection: { consecutive5xxErrors: 5, maxEjectionPercent: 34 },
  });
  expect(one(objects, 'DestinationRule', 'kafka-headless').spec).toEqual({
    host: 'kafka-headless.shop.svc.cluster.local',
    trafficPolicy: { connectionPool: { tcp: { maxConnections: 10 } } },
  });
});

test('a StatefulSet of TCP ports without limits has no rules for its pods', () => {
  const shop = new Topology('shop');
  plain(shop, 'web').calls(kafkaIn(shop));

  expect(
    render(shop)
      .filter(each => each.metadata.name === 'kafka-headless')
      .map(each => each.kind),
  ).toEqual(['Service']);
});

test.each<[string, WorkloadKind, number | undefined, number]>([
  ['a StatefulSet of one', WorkloadKind.statefulSet(), undefined, 100],
  ['a StatefulSet of five', WorkloadKind.statefulSet(), 5, 20],
  ['a DaemonSet, whose nodes are unknown', WorkloadKind.daemonSet(), undefined, 100],
])('the circuit breaker of %s can eject a pod', (_name, workload, replicas, expected) => {
  const shop = new Topology('shop');
  const cart = plain(shop, 'cart', { workload, replicas });
  plain(shop, 'web').calls(cart);
  cart.addCircuitBreaker({ consecutive5xxErrors: 5 });

  expect(one(render(shop), 'DestinationRule', 'cart').spec.trafficPolicy.outlierDetection.maxEjectionPercent).toBe(
    expected,
  );
});

test('pods that exist already can be called singly, through the headless Service that they have', () => {
  const shop = new Topology('shop');
  const kafka = shop.addService('kafka', {
    namespace: 'data',
    port: Port.http(80),
    existingWorkload: {
      labels: { app: 'kafka' },
      serviceAccount: 'kafka',
      headlessService: 'kafka-brokers',
    },
  });
  plain(shop, 'web').calls(kafka, { timeout: Duration.seconds(1) });
  const objects = render(shop);

  expect(egressOf(objects, 'web')).toEqual([
    'data/kafka.data.svc.cluster.local',
    './kafka.data.svc.cluster.local',
    'data/kafka-brokers.data.svc.cluster.local',
    './kafka-brokers.data.svc.cluster.local',
  ]);
  expect(one(objects, 'VirtualService', 'kafka-brokers.data').spec).toMatchObject({
    hosts: ['kafka-brokers.data.svc.cluster.local'],
    exportTo: ['.'],
    http: [{ timeout: '1s' }],
  });
});

test('workloads of every kind, and calls of a service to itself, have no finding', () => {
  const shop = new Topology('shop');
  const kafka = kafkaIn(shop, Port.http(80, { target: 9200 }));
  const agent = plain(shop, 'agent', { workload: WorkloadKind.daemonSet() });
  const job = shop.addService('job', { image, workload: WorkloadKind.job() });
  const cron = shop.addService('cron', { image, workload: WorkloadKind.cronJob({ schedule: '@daily' }) });
  [kafka, agent, job, cron].forEach(caller => caller.calls(kafka, { timeout: Duration.seconds(1) }));
  job.calls(agent, { timeout: Duration.seconds(1) });
  agent.calls(agent, { timeout: Duration.seconds(1) });

  expect(new Example(shop).problems).toEqual([]);
});
