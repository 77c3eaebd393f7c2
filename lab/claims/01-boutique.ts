import assert from 'node:assert/strict';
import type { Call, Service } from '../../lib';
import { theBoutique } from '../boutique';
import { claim } from '../claims';
import type { World } from '../world';

/** The gRPC status of a request that Envoy denies by policy. */
const PERMISSION_DENIED = 7;

claim('the boutique is accepted by the API server, by istiod and by every proxy', async lab => {
  const world = await theBoutique(lab);
  const proxies = await lab.proxies(world.topology.namespaces);
  assert.equal(proxies.length, 14, 'a proxy for each of 13 deployments and the gateway');
});

claim('istioctl analyze finds nothing in the boutique', async lab => {
  const world = await theBoutique(lab);
  assert.match(lab.analyze(world.topology.namespace), /No validation issues found/);
});

claim('every declared call of the boutique passes, and of all other pairs none', async lab => {
  const world = await theBoutique(lab);
  const { services } = world.topology;
  const pairs = services.flatMap(caller =>
    services.filter(callee => callee !== caller && callee.ports.length > 0).map(callee => ({ caller, callee })),
  );
  const wrong: string[] = [];
  await Promise.all(
    services.map(async caller => {
      for (const { callee } of pairs.filter(pair => pair.caller === caller)) {
        const call = caller.outgoingCalls.find(each => each.callee === callee);
        const passed = await passes(world, caller, callee, call);
        if (passed !== (call !== undefined)) {
          wrong.push(`${caller.name} → ${callee.name} ${passed ? 'passes' : 'does not pass'}`);
        }
      }
    }),
  );
  assert.ok(pairs.length > 100);
  assert.deepEqual(wrong, []);
});

claim('without a Sidecar, the policy of the callee denies every undeclared caller', async lab => {
  const world = await theBoutique(lab);
  const { namespace, services } = world.topology;
  lab.plane.kubectl('delete', 'sidecars.networking.istio.io', '--all', '--namespace', namespace);
  await world.configSynced();
  const wrong: string[] = [];
  let refused = 0;
  await Promise.all(
    services.map(async caller => {
      for (const callee of services.filter(
        each => each !== caller && each.ports.length > 0 && !caller.outgoingCalls.some(call => call.callee === each),
      )) {
        const { status, grpcStatus, text } = await world.sendOnce(caller, callee, { path: anyPath(callee) });
        const byPolicy = callee.firstPort().carriesRequests
          ? status === 403 || grpcStatus === PERMISSION_DENIED
          : status === 0;
        refused += byPolicy ? 1 : 0;
        if (!byPolicy) {
          wrong.push(`${caller.name} → ${callee.name}: ${status} ${grpcStatus} ${text}`);
        }
      }
    }),
  );
  lab.plane.apply('-f', world.outdir);
  await world.configSynced();
  assert.deepEqual(wrong, []);
  assert.ok(refused > 100, `${refused} pairs`);
});

claim('a method that no call declares is denied with PERMISSION_DENIED', async lab => {
  const world = await theBoutique(lab);
  const [recommendation, catalog] = ['recommendationservice', 'productcatalogservice'].map(name =>
    serviceOf(world, name),
  );
  assert.ok(recommendation && catalog);
  const ask = (method: string) =>
    world.sendOnce(recommendation, catalog, { path: `/hipstershop.ProductCatalogService/${method}` });
  assert.equal((await ask('ListProducts')).grpcStatus, 0);
  assert.equal((await ask('SearchProducts')).grpcStatus, PERMISSION_DENIED);
});

function serviceOf(world: World, name: string): Service | undefined {
  return world.topology.services.find(each => each.name === name);
}

async function passes(world: World, caller: Service, callee: Service, call: Call | undefined): Promise<boolean> {
  const [operation] = call?.allowedOperations ?? [];
  const path = operation?.path.text ?? anyPath(callee);
  const reply = await world.sendOnce(caller, callee, { path, method: operation?.method });
  return reply.status === 200 && (reply.grpcStatus ?? 0) === 0 && reply.from?.service === callee.name;
}

function anyPath(callee: Service): string {
  const port = callee.firstPort();
  return port.grpcService ? `/${port.grpcService}/${port.grpcMethods?.[0] ?? ''}` : '/';
}
