import assert from 'node:assert/strict';
import { claim } from '../claims';
import { theBoutique } from '../boutique';

claim('the boutique is accepted by the API server, by istiod and by every proxy', async lab => {
  const { world } = await theBoutique(lab);
  const proxies = await lab.proxies(world.topology.namespaces);
  assert.equal(proxies.length, 14, 'a proxy for each of 13 deployments and the gateway');
});
