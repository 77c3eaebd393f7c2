import assert from 'node:assert/strict';
import { Injection } from '../../lib';
import { claim } from '../claims';
import { injected } from '../injected';

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
