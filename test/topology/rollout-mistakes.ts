import { Duration } from 'cdk8s';
import {
  Port,
  type ProgressiveRolloutProps,
  RolloutStrategy,
  type ServiceProps,
  Topology,
  WorkloadKind,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

const rolled =
  (props: Partial<ProgressiveRolloutProps>, serviceProps: Partial<ServiceProps> = {}) =>
  () => {
    const declared = { image: 'example/x:1', port: Port.http(80), slo: { availability: 99 }, ...serviceProps };
    const cart = new Topology('shop').addService('cart', declared);
    cart.rollout({ prometheus: 'http://prometheus:9090', ...props });
    return cart;
  };

export const ROLLOUT_MISTAKES: Row[] = [
  ['a rollout without an objective', 'Contradiction', ['no objective'], rolled({}, { slo: undefined })],
  ['a rollout of several versions', 'Contradiction', ['several'], rolled({}, { versions: { v1: {}, v2: {} } })],
  ['a rollout outside the mesh', 'Contradiction', ['no proxy'], rolled({}, { inMesh: false })],
  [
    'a rollout of connections',
    'Contradiction',
    ['without requests'],
    rolled({}, { ports: [Port.tcp(5432, { name: 'db' })] }),
  ],
  [
    'a rollout of pods that exist',
    'Contradiction',
    ['outside the topology'],
    rolled({}, { image: undefined, existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' } }),
  ],
  [
    'a rollout of a StatefulSet',
    'Contradiction',
    ['a StatefulSet'],
    rolled({}, { workload: WorkloadKind.statefulSet() }),
  ],
  [
    'a rollout whose old pods end first',
    'Contradiction',
    ['end before'],
    rolled({}, { rollout: { strategy: RolloutStrategy.RECREATE } }),
  ],
  ['a second rollout', 'Duplicate', ['a rollout already'], () => rolled({})().rollout({ prometheus: 'http://a:1' })],
  [
    'a split beside a rollout',
    'Contradiction',
    ['sets the shares'],
    () => {
      rolled({})().split({ v1: 100 });
    },
  ],
  [
    'a rollout beside a mirror',
    'Contradiction',
    ['sets the shares'],
    () => {
      const cart = new Topology('shop').addService('cart', {
        image: 'example/x:1',
        port: Port.http(80),
        slo: { availability: 99 },
      });
      cart.mirrorTo('v1');
      cart.rollout({ prometheus: 'http://prometheus:9090' });
    },
  ],
  [
    'a Prometheus without a scheme',
    'InvalidPrometheus',
    ['"prometheus:9090"'],
    rolled({ prometheus: 'prometheus:9090' }),
  ],
  ['a rollout without steps', 'OutOfRange', ['steps` is []'], rolled({ steps: [] })],
  ['steps that do not increase', 'OutOfRange', ['[25,25]'], rolled({ steps: [25, 25] })],
  ['a step to all requests', 'OutOfRange', ['[50,100]'], rolled({ steps: [50, 100] })],
  ['a step of half a percent', 'OutOfRange', ['[0.5]'], rolled({ steps: [0.5] })],
  ['an interval of two scrapes', 'OutOfRange', ['interval', '29'], rolled({ interval: Duration.seconds(29) })],
  ['no measurement', 'OutOfRange', ['measurements', '0'], rolled({ measurements: 0 })],
  ['no budget', 'OutOfRange', ['burnRate` is 0'], rolled({ burnRate: 0 })],
  ['a budget of all requests', 'OutOfRange', ['burnRate` is 100'], rolled({ burnRate: 100 })],
];
