import assert from 'node:assert/strict';
import { Injection, Mesh, Port, Topology } from '../../lib';
import { claim } from '../claims';
import { injected } from '../injected';
import type { Istiod } from '../istiod';

claim('a namespace label gives every pod a proxy but those that opt out', async lab => {
  assert.deepEqual(await injected(lab, 'by-namespace', {}), {
    inside: 'istiod.istio-system.svc:15012',
    outside: undefined,
  });
});

claim('a pod label gives its pod a proxy, in a namespace without a label', async lab => {
  assert.deepEqual(await injected(lab, 'by-pod', { injection: Injection.POD }), {
    inside: 'istiod.istio-system.svc:15012',
    outside: undefined,
  });
});

claim('a revision label selects the proxy of a second control plane', async lab => {
  const istiod = await lab.addIstiod('10.99.0.2', 'canary');
  for (const injection of [Injection.NAMESPACE, Injection.POD]) {
    assert.deepEqual(await injected(lab, `revision-by-${injection}`, { revision: 'canary', injection }), {
      inside: 'istiod-canary.istio-system.svc:15012',
      outside: undefined,
    });
  }
  lab.removeIstiod(istiod);
});

claim(
  'a revision tag that moves gives new pods the next control plane, and no request is lost meanwhile',
  async lab => {
    const old = await lab.addIstiod('10.99.0.4', 'old', undefined, ['stable']);
    const topology = new Topology('tagged');
    const payment = topology.addService('payment', {
      image: 'payment',
      port: Port.http(80, { target: 8080 }),
      replicas: 2,
    });
    const checkout = topology.addService('checkout', { image: 'checkout', replicas: 2 });
    checkout.calls(payment);
    const mesh = Mesh.istio({ revision: 'stable' });
    // One pod of each service, by the old control plane.
    const world = await lab.deploy(topology, { mesh });
    await lab.configSynced(topology.namespaces, old);
    const planes = () =>
      [payment, checkout].map(each =>
        world
          .pods(each)
          .map(pod => pod.revision)
          .sort(),
      );
    assert.deepEqual(planes(), [['old'], ['old']]);

    let next: Istiod | undefined;
    const replies = await world.sendWhile(checkout, payment, async () => {
      next = await lab.addIstiod('10.99.0.5', 'next', undefined, ['stable']);
      assert.deepEqual(planes(), [['old'], ['old']]);
      await lab.deploy(topology, { mesh, replicas: true });
      await lab.configSynced(topology.namespaces, old);
      await lab.configSynced(topology.namespaces, next);
    });
    assert.deepEqual(planes(), [
      ['next', 'old'],
      ['next', 'old'],
    ]);
    assert.deepEqual(
      replies.filter(({ status }) => status !== 200).map(({ status, text }) => `${status} ${text}`),
      [],
    );
    for (const pod of world.pods(checkout)) {
      // The control planes share a certificate authority: proxies of both accept each other.
      const answers = await Promise.all(Array.from({ length: 20 }, () => world.sendFrom(pod, payment)));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
      assert.equal(new Set(answers.map(({ from }) => from?.pod)).size, 2, 'the pods of both control planes answer');
    }
    await lab.remove(world);
    [old, next].filter(each => each !== undefined).forEach(each => lab.removeIstiod(each));
  },
);
