import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Port, Topology } from '../../lib';
import { claim, NIGHTLY } from '../claims';
import { proxiesWithRoutes } from '../config-sync';
import { until } from '../wait';
import type { World } from '../world';

/** How many further services there are, in order. */
const FURTHER = NIGHTLY ? [100, 1000, 5000] : [1000];

const topology = new Topology('scope');
const caller = topology.addService('caller', { image: 'caller' });
const callee = topology.addService('callee', { image: 'callee', port: Port.http(80, { target: 8080 }) });
caller.calls(callee);

/** What the number of services costs. */
interface Cost {
  /** The configuration of the caller's proxy. */
  readonly kilobytes: number;
  /** The memory of its Envoy. */
  readonly megabytes: number;
  /** The time that istiod needs to push everything to a proxy, and the size of that. */
  readonly pushMilliseconds: number;
  readonly pushKilobytes: number;
}

async function costOf(world: World): Promise<Cost> {
  const pod = world.pod(caller);
  const push = await pushOf(world);
  const status = readFileSync(`/proc/${pod.envoyPid}/status`, 'utf8');
  return {
    kilobytes: Math.round(pod.admin('config_dump').length / 1024),
    megabytes: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
    ...push,
  };
}

const PUSH_TIME = 'pilot_xds_push_time';
const PUSHES = 10;

/** The average of some pushes to all proxies. */
async function pushOf({ lab: { istiod } }: World): Promise<Pick<Cost, 'pushMilliseconds' | 'pushKilobytes'>> {
  const proxies = (await istiod.debug<unknown[]>('syncz')).length;
  const withRoutes = (await proxiesWithRoutes(istiod)).size;
  const totals = () => Promise.all([istiod.total(`${PUSH_TIME}_sum`), istiod.total('pilot_xds_config_size_bytes_sum')]);
  const counts = () => Promise.all(['"lds"', '"rds"'].map(type => istiod.total(`${PUSH_TIME}_count`, type)));
  const [secondsBefore, bytesBefore] = await totals();
  for (let each = 0; each < PUSHES; each++) {
    const [listeners = 0, routes = 0] = await counts();
    await istiod.text('adsz?push=true');
    await until('istiod has pushed to all proxies', async () => {
      const [nowListeners = 0, nowRoutes = 0] = await counts();
      return nowListeners >= listeners + proxies && nowRoutes >= routes + withRoutes;
    });
  }
  const [seconds, bytes] = await totals();
  return {
    pushMilliseconds: ((seconds - secondsBefore) / proxies / PUSHES) * 1000,
    pushKilobytes: (bytes - bytesBefore) / proxies / PUSHES / 1024,
  };
}

/** Applies or deletes Services until there are so many further ones. */
async function setServices(world: World, from: number, to: number): Promise<void> {
  const names = Array.from({ length: Math.abs(to - from) }, (_, index) => `further-${Math.min(from, to) + index}`);
  if (to > from) {
    const items = names.map(name => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'scope' },
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80 }] },
    }));
    world.lab.applyObjects('further-services', items);
  } else {
    for (const name of names) {
      await world.lab.plane.api.delete(`/api/v1/namespaces/scope/services/${name}`);
    }
  }
  await until('istiod has these Services alone', async () => {
    const found = (await world.lab.istiod.text('registryz')).matchAll(/further-(\d+)\.scope\./g);
    return new Set([...found].map(([, index]) => index)).size === to;
  });
  await world.configSynced();
}

function row(name: string, { kilobytes, megabytes, pushMilliseconds, pushKilobytes }: Cost): string {
  const figures = [`${kilobytes} KB`, `${megabytes} MB`, `${pushMilliseconds.toFixed(1)} ms`];
  const cells = [...figures, `${Math.round(pushKilobytes)} KB`].map(each => each.padStart(14));
  return `      ${name.padEnd(40)}${cells.join('')}\n`;
}

claim('with a Sidecar a proxy does not grow with services that it does not call', async lab => {
  const world = await lab.deploy(topology);
  const before = await costOf(world);
  const head = ['configuration', 'Envoy', 'push', 'pushed'].map(each => each.padStart(14));
  process.stdout.write(`      ${''.padEnd(40)}${head.join('')}\n${row('2 services, with a Sidecar', before)}`);
  const scoped = new Map<number, Cost>();
  for (const [index, further] of FURTHER.entries()) {
    await setServices(world, FURTHER[index - 1] ?? 0, further);
    scoped.set(further, await costOf(world));
  }
  lab.plane.kubectl('delete', 'sidecars.networking.istio.io', '--all', '--namespace', 'scope');
  await world.configSynced();
  for (const [index, further] of [...FURTHER.entries()].reverse()) {
    await setServices(world, FURTHER[index + 1] ?? further, further);
    const [own, unscoped] = [scoped.get(further) ?? before, await costOf(world)];
    process.stdout.write(
      row(`${further} further services, with a Sidecar`, own) + row(`${further} further services, without`, unscoped),
    );
    assert.ok(own.kilobytes <= before.kilobytes * 1.01, `${before.kilobytes} KB grew to ${own.kilobytes} KB`);
    assert.ok(own.pushKilobytes <= before.pushKilobytes * 1.01, 'istiod pushes more');
    // Without a Sidecar both grow, so that the figures measure something.
    const growth = further < 1000 ? 1.5 : 5;
    assert.ok(unscoped.kilobytes > own.kilobytes * growth, 'the configuration grows without one');
    assert.ok(unscoped.pushKilobytes > own.pushKilobytes * growth, 'pushes grow without one');
  }
  await lab.remove(world);
});
