import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Port, Topology } from '../../lib';
import { claim } from '../claims';
import type { Lab } from '../lab';
import { until } from '../wait';
import type { World } from '../world';

const FURTHER = 1000;

const topology = new Topology('scope');
const caller = topology.addService('caller', { image: 'caller' });
const callee = topology.addService('callee', { image: 'callee', port: Port.http(80, { target: 8080 }) });
caller.calls(callee);

interface Size {
  readonly kilobytes: number;
  readonly megabytes: number;
}

/** The bytes of configuration of the caller's proxy, and the memory of its Envoy. */
function sizeOf(world: World): Size {
  const pod = world.pod(caller);
  const status = readFileSync(`/proc/${pod.envoyPid}/status`, 'utf8');
  return {
    kilobytes: Math.round(pod.admin('config_dump').length / 1024),
    megabytes: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
  };
}

function addServices(lab: Lab): void {
  const items = Array.from({ length: FURTHER }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `further-${index}`, namespace: 'scope' },
    spec: { selector: { app: `further-${index}` }, ports: [{ name: 'http', port: 80 }] },
  }));
  lab.applyObjects('further-services', items);
}

claim('with a Sidecar a proxy does not grow with services that it does not call', async lab => {
  const world = await lab.deploy(topology);
  const before = sizeOf(world);
  addServices(lab);
  await until('istiod knows the further services', async () =>
    (await lab.istiod.text('registryz')).includes(`further-${FURTHER - 1}.scope.`),
  );
  await world.configSynced();
  const scoped = sizeOf(world);
  lab.plane.kubectl('delete', 'sidecars.networking.istio.io', '--all', '--namespace', 'scope');
  await world.configSynced();
  const unscoped = sizeOf(world);
  await lab.remove(world);

  const row = (name: string, { kilobytes, megabytes }: Size) =>
    `      ${name.padEnd(44)}${String(kilobytes).padStart(8)} KB${String(megabytes).padStart(6)} MB\n`;
  process.stdout.write(
    `      ${''.padEnd(44)}${'configuration'.padStart(11)}${'Envoy'.padStart(9)}\n`
      + row('2 services, with a Sidecar', before)
      + row(`${FURTHER} further services, with a Sidecar`, scoped)
      + row(`${FURTHER} further services, without`, unscoped),
  );
  assert.ok(scoped.kilobytes <= before.kilobytes * 1.01, `${before.kilobytes} KB grew to ${scoped.kilobytes} KB`);
  assert.ok(
    unscoped.kilobytes > scoped.kilobytes * 5,
    'without a Sidecar it does grow, so the measurement measures something',
  );
});
