import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compared, learnedText, Learning } from '../../lib/analysis';
import { Port, type Service, Topology } from '../../lib';
import { Cluster } from '../../lib/manifests';
import { Manifests, Traffic } from '../../lib/testing';
import { runProgram } from '../../test/docs/programs';
import { claim } from '../claims';
import { OtlpReceiver } from '../otlp-receiver';
import { until } from '../wait';
import type { World } from '../world';

/** Services whose calls are open, or those of a program. */
class Shop {
  readonly topology: Topology;
  readonly web: Service;
  readonly catalog: Service;
  readonly payment: Service;
  readonly idle: Service;

  constructor(name: string) {
    this.topology = new Topology(name);
    const service = (id: string, port?: Port) => this.topology.addService(id, { image: id, port, replicas: 1 });
    this.web = service('web');
    this.catalog = service('catalog', Port.http(80, { target: 8080 }));
    this.payment = service('payment', Port.grpc(50051, { service: 'lab.Payment', methods: ['Charge', 'Refund'] }));
    this.idle = service('idle', Port.http(80, { target: 8080 }));
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
    const open = new Shop('learning');
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

    const closed = new Shop('learning');
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

claim('calls that are learned from the traces of proxies are the declared ones that carry requests', async lab => {
  const receiver = await OtlpReceiver.start(lab);
  const shop = new Shop('tracing');
  [shop.catalog, shop.payment, shop.idle].forEach(each => shop.web.calls(each));
  const world = await lab.deploy(shop.topology);
  await sent(world, shop);

  const observations = await until('the proxies have sent all spans', () => {
    const learning = new Learning();
    learning.add(receiver.spans, '');
    const found = learning.calls();
    return found.calls.reduce((sum, each) => sum + each.count, 0) >= REQUESTS + 2 ? found : undefined;
  });
  assert.deepEqual(
    observations.calls.map(({ caller, callee, count, errors, protocol }) => [caller, callee, count, errors, protocol]),
    [
      ['tracing/web', 'tracing/catalog', REQUESTS + 1, 0, 'http'],
      ['tracing/web', 'tracing/payment', 1, 0, 'grpc'],
    ],
  );
  const text = learnedText(observations);
  assert.ok(
    text.includes("allowedOperations: [Operation.http('GET /items/{id}'), Operation.http('POST /items')]"),
    text,
  );
  assert.ok(text.includes("allowedOperations: payment.methods('lab.Payment/Charge')"), text);
  const { undeclared, unseen } = compared(observations, new Cluster(Manifests.ofDirectory(world.outdir).resources));
  assert.deepEqual([undeclared, unseen], [[], ['tracing/web → tracing/idle']]);
  await lab.remove(world);
  await receiver.stop();
});
