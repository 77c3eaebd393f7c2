import assert from 'node:assert/strict';
import { Machines, Operation, Port, type Service, Topology } from '../../lib';
import { claim } from '../claims';
import { startMachine } from '../external-machine';
import type { Lab } from '../lab';
import type { Pod } from '../pod';
import type { World } from '../world';

/** Two services that machines run: one with a WorkloadEntry, and one that joins its WorkloadGroup. */
class Yard {
  readonly topology = new Topology('yard');
  readonly listed: Service;
  readonly joining: Service;
  readonly web = this.service('web');
  readonly cli = this.service('cli');
  readonly stranger = this.service('stranger');
  readonly orders = this.service('orders');
  readonly vault = this.service('vault');

  constructor(listed: string, joining: string) {
    this.listed = this.service('listed', Machines.at([listed]));
    this.joining = this.service('joining', Machines.registering([`${joining}/32`]));
    for (const service of [this.listed, this.joining]) {
      this.web.calls(service, { allowedOperations: [Operation.http('GET /invoices/{id}')] });
      this.cli.calls(service, { allowedOperations: [Operation.http('GET /status')] });
      service.calls(this.orders);
    }
    this.cli.calls(this.vault);
  }

  private service(name: string, machines?: Machines): Service {
    return this.topology.addService(name, {
      port: Port.http(80, { target: 8080 }),
      ...(machines ? { machines } : { image: name }),
    });
  }
}

interface Stage {
  readonly yard: Yard;
  readonly world: World;
  readonly machines: readonly (readonly [Service, Pod])[];
}

let staged: Promise<Stage> | undefined;

function stage(lab: Lab): Promise<Stage> {
  staged ??= (async () => {
    const [first, second] = [lab.kubelet.network.add(), lab.kubelet.network.add()];
    const yard = new Yard(first.ip, second.ip);
    const world = await lab.deploy(yard.topology);
    const machines = [
      [yard.listed, await startMachine(lab, yard.listed, first)],
      [yard.joining, await startMachine(lab, yard.joining, second)],
    ] as const;
    await world.configSynced();
    return { yard, world, machines };
  })();
  return staged;
}

/** The identity of the client, as the proxy of the callee has verified it. */
const caller = (service: string) => new RegExp(`URI=spiffe://cluster\\.local/ns/yard/sa/${service}(;|$)`);

claim(
  'a machine outside of Kubernetes is reached at its Service, and its proxy denies what is not declared',
  async lab => {
    const { yard, world, machines } = await stage(lab);
    for (const [service, machine] of machines) {
      const ask = (from: Service, path: string, address?: string) => world.sendOnce(from, service, { path, address });
      const invoice = await ask(yard.web, '/invoices/1');
      assert.deepEqual([invoice.status, invoice.from?.pod], [200, machine.name], invoice.text);
      assert.match(String(invoice.from?.headers['x-forwarded-client-cert']), caller('web'));
      assert.equal((await ask(yard.cli, '/status')).status, 200);
      await machine.takeSeen();

      assert.equal((await ask(yard.cli, '/invoices/1')).status, 403, 'an operation of another caller');
      assert.notEqual((await ask(yard.stranger, '/invoices/1')).status, 200, 'a caller that is not declared');
      await assert.rejects(fetch(`http://${machine.network.ip}:8080/invoices/1`), /fetch failed/, 'plain text');
      assert.deepEqual(await machine.takeSeen(), []);
    }
  },
);

claim(
  'a machine outside of Kubernetes calls with the identity of its service, and only what it declares',
  async lab => {
    const { yard, world, machines } = await stage(lab);
    for (const [service, machine] of machines) {
      const order = await world.sendFrom(machine, yard.orders);
      assert.deepEqual([order.status, order.from?.service], [200, 'orders'], order.text);
      assert.match(String(order.from?.headers['x-forwarded-client-cert']), caller(service.serviceAccount));
      assert.notEqual((await world.sendFrom(machine, yard.vault)).status, 200, 'a callee that it does not call');
      assert.deepEqual(await world.pod(yard.vault).takeSeen(), []);
    }
  },
);
