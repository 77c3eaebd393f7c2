import { type KedaTrigger, Topology } from '../../../lib';
import { names, one, plain, render } from '../../istio/support';

test('event sources of KEDA are a ScaledObject in place of a HorizontalPodAutoscaler and of replicas', () => {
  const shop = new Topology('shop');
  const kedaTriggers: KedaTrigger[] = [
    { type: 'kafka', metadata: { topic: 'orders', lagThreshold: '50' }, authentication: 'kafka-login' },
    { type: 'cron', metadata: { start: '0 8 * * *', end: '0 18 * * *', timezone: 'Etc/UTC', desiredReplicas: '3' } },
  ];
  plain(shop, 'worker', { autoscaling: { min: 0, max: 8, kedaTriggers } });
  const objects = render(shop);
  expect(one(objects, 'ScaledObject', 'worker-v1')).toMatchObject({
    apiVersion: 'keda.sh/v1alpha1',
    metadata: { namespace: 'shop' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'worker-v1' },
      minReplicaCount: 0,
      maxReplicaCount: 8,
      triggers: [
        {
          type: 'kafka',
          metadata: { topic: 'orders', lagThreshold: '50' },
          authenticationRef: { name: 'kafka-login' },
        },
        { type: 'cron', metadata: { desiredReplicas: '3' } },
      ],
    },
  });
  expect(names(objects, 'HorizontalPodAutoscaler')).toEqual([]);
  expect(one(objects, 'Deployment', 'worker-v1').spec).not.toHaveProperty('replicas');
});
