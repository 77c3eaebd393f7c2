import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { learnedText, Learning } from '../../lib/analysis';
import { Port, type Service, Topology } from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';
import { runProgram } from '../../test/docs/programs';
import { claim } from '../claims';
import { until } from '../wait';
import type { World } from '../world';

/** Services whose calls are open, or those of a program. */
class Shop {
  readonly topology = new Topology('learning');
  readonly web = this.service('web');
  readonly catalog = this.service('catalog', Port.http(80, { target: 8080 }));
  readonly payment = this.service(
    'payment',
    Port.grpc(50051, { service: 'lab.Payment', methods: ['Charge', 'Refund'] }),
  );
  readonly idle = this.service('idle', Port.http(80, { target: 8080 }));

  private service(name: string, port?: Port): Service {
    return this.topology.addService(name, { image: name, port, replicas: 1 });
  }
}

const REQUESTS = 24;

/** Sends what a shop does, and two requests beside it if all of them are allowed. */
async function sent(world: World, { web, catalog, payment }: Shop): Promise<void> {
  for (let id = 1; id <= REQUESTS; id += 1) {
    assert.equal((await world.sendOnce(web, catalog, { path: `/items/${id}?currency=EUR` })).status, 200);
  }
  assert.equal((await world.sendOnce(web, catalog, { method: 'POST', path: '/items' })).status, 200);
  assert.equal((await world.sendOnce(web, payment, { path: '/lab.Payment/Charge' })).grpcStatus, 0);
}

claim(
  'calls that are learned from the access logs of proxies permit exactly the requests that they have',
  async lab => {
    const open = new Shop();
    [open.catalog, open.payment, open.idle].forEach(each => open.web.calls(each));
    const world = await lab.deploy(open.topology);
    await sent(world, open);

    const log = join(lab.logs, `learning.${world.pod(open.web).name}.proxy.log`);
    const observations = await until('the proxy of web has written all requests', () => {
      const learning = new Learning();
      learning.add(readFileSync(log, 'utf8'), 'learning/web');
      const found = learning.calls();
      const count = found.calls.reduce((sum, each) => sum + each.count, 0);
      return count === REQUESTS + 2 ? found : undefined;
    });
    const text = learnedText(observations);
    assert.ok(
      text.includes("allowedOperations: [Operation.http('GET /items/{id}'), Operation.http('POST /items')]"),
      text,
    );
    assert.ok(text.includes("allowedOperations: payment.methods('lab.Payment/Charge')"), text);
    assert.ok(!text.includes('idle'), text);

    const closed = new Shop();
    const { web, catalog, payment, idle } = closed;
    runProgram(`import { web, catalog, payment } from 'shop';\n${text}`, { shop: { web, catalog, payment } });
    const least = await lab.deploy(closed.topology);
    await sent(least, closed);
    const traffic = Traffic.of(Manifests.ofDirectory(least.outdir));
    traffic.from('web').http('GET http://catalog/items/7').expectAllowed();
    for (const [callee, method, path] of [
      [catalog, 'DELETE', '/items/7'],
      [catalog, 'GET', '/admin'],
      [idle, 'GET', '/'],
    ] as const) {
      traffic.from('web').http(`${method} http://${callee.name}${path}`).expectDenied();
      const { status } = await least.sendOnce(web, callee, { method, path });
      assert.notEqual(status, 200, `${method} ${callee.name}${path}`);
    }
    const refused = await least.sendOnce(web, payment, { path: '/lab.Payment/Refund' });
    assert.notEqual(refused.grpcStatus, 0, 'Refund');
    await lab.remove(least);
  },
);
