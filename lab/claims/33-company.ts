import assert from 'node:assert/strict';
import { platform } from '../../examples/company/platform';
import { shop } from '../../examples/company/shop';
import { warehouse } from '../../examples/company/warehouse';
import type { Topology } from '../../lib';
import { certificateOf, tlsSecret } from '../certificates';
import { claim } from '../claims';
import type { Lab } from '../lab';
import type { World } from '../world';

/** The services whose pods run: what orders pass through, in each of the repositories. */
const RUNNING = new Map([
  [platform, ['kafka', 'accounts', 'flags', 'notifications']],
  [shop, ['web', 'catalog', 'checkout', 'orders', 'payments']],
  [warehouse, ['stock', 'shipments', 'partner-api']],
]);

/** cert-manager is not installed: its kind is known, and the Secrets are those of the lab. */
const certificates = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'certificates.cert-manager.io' },
  spec: {
    group: 'cert-manager.io',
    names: { kind: 'Certificate', plural: 'certificates', singular: 'certificate', listKind: 'CertificateList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

function deploy(lab: Lab, topology: Topology): Promise<World> {
  return lab.deploy(topology, { running: RUNNING.get(topology), before: secretsOf(lab, topology) });
}

function secretsOf(lab: Lab, topology: Topology): object[] {
  switch (topology) {
    case shop:
      return [namespace('shop'), tlsSecret(lab, 'shop', 'www-tls', 'www.northgate.example')];
    case warehouse:
      return [
        namespace('warehouse'),
        tlsSecret(lab, 'warehouse', 'partners-tls', 'partners.northgate.example'),
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'partners-ca', namespace: 'warehouse' },
          data: { 'ca.crt': certificateOf(lab, 'partner').cert },
        },
      ];
    default:
      return platform.ownNamespaces.map(namespace);
  }
}

async function deployAll(lab: Lab): Promise<World[]> {
  lab.applyObjects('cert-manager', [certificates]);
  lab.plane.kubectl('wait', '--for=condition=Established', 'crd/certificates.cert-manager.io');
  const worlds: World[] = [];
  for (const topology of [platform, shop, warehouse]) {
    worlds.push(await deploy(lab, topology));
  }
  // Callers that were there before their callees.
  await lab.configSynced(worlds.flatMap(each => each.topology.namespaces));
  return worlds;
}

let deployed: Promise<World[]> | undefined;
const company = (lab: Lab): Promise<World[]> => (deployed ??= deployAll(lab));

claim(
  'the outputs of a company of three repositories are accepted by the API server, istiod and proxies',
  async lab => {
    const worlds = await company(lab);
    const namespaces = worlds.flatMap(each => each.topology.ownNamespaces);
    const proxies = await lab.proxies(namespaces);
    assert.equal(proxies.length, 14, 'a proxy for each of 12 services and two gateways');
  },
);

/** Requests among the services of one repository, and from one to another; their statuses. */
const REQUESTS = [
  ['platform: notifications → accounts', 'notifications', 'accounts', 'GET', '/accounts/7/contact', 200],
  ['platform: notifications → accounts', 'notifications', 'accounts', 'DELETE', '/accounts/7', 403],
  ['shop: checkout → orders', 'checkout', 'orders', 'POST', '/orders', 200],
  ['shop: web → orders', 'web', 'orders', 'POST', '/orders', 403],
  ['shop: checkout → payments', 'checkout', 'payments', 'POST', '/northgate.Payments/Authorize', 200],
  ['warehouse: partner-api → stock', 'partner-api', 'stock', 'POST', '/northgate.Stock/Availability', 200],
  ['warehouse: partner-api → stock', 'partner-api', 'stock', 'POST', '/northgate.Stock/Take', 403],
  ['warehouse: partner-api → shipments', 'partner-api', 'shipments', 'POST', '/shipments/7/events', 200],
  ['platform ↔ shop: notifications → orders', 'notifications', 'orders', 'GET', '/orders/7', 200],
  ['platform ↔ shop: notifications → orders', 'notifications', 'orders', 'DELETE', '/orders/7', 403],
  ['platform ↔ shop: orders → kafka', 'orders', 'kafka', '', '', 200],
  ['platform ↔ shop: checkout → accounts', 'checkout', 'accounts', 'GET', '/accounts/7/addresses', 200],
  ['shop ↔ warehouse: checkout → stock', 'checkout', 'stock', 'POST', '/northgate.Stock/Reserve', 200],
  ['shop ↔ warehouse: checkout → stock', 'checkout', 'stock', 'POST', '/northgate.Stock/Take', 403],
  ['shop ↔ warehouse: shipments → orders', 'shipments', 'orders', 'PUT', '/orders/7/shipment', 200],
  ['platform ↔ warehouse: shipments → kafka', 'shipments', 'kafka', '', '', 200],
] as const;

claim('the services of a company reach each other across its repositories as declared, and no further', async lab => {
  const worlds = await company(lab);
  assert.deepEqual(
    await outcomes(worlds, () => true),
    REQUESTS.map(([title, , , method, path, status]) => `${title} ${method} ${path}: ${status}`),
  );
});

claim('without the output of any one repository, the traffic of the others is unchanged', async lab => {
  await company(lab);
  for (const removed of [shop, warehouse, platform]) {
    const worlds = await company(lab);
    const remaining = worlds.filter(each => each.topology !== removed);
    const isOfOthers = (title: string) => !title.slice(0, title.indexOf(':')).includes(removed.name);
    const before = await outcomes(worlds, isOfOthers);
    assert.ok(before.length >= 5, `${before.length} requests`);
    await lab.removeNamespaces(removed.ownNamespaces);
    await lab.configSynced(remaining.flatMap(each => each.topology.ownNamespaces));
    assert.deepEqual(await outcomes(remaining, isOfOthers), before, `without ${removed.name}`);
    const again = await deploy(lab, removed);
    deployed = Promise.resolve([...remaining, again]);
    await lab.configSynced([...remaining, again].flatMap(each => each.topology.ownNamespaces));
    assert.equal((await outcomes([...remaining, again], () => true)).length, REQUESTS.length);
  }
  const worlds = await company(lab);
  assert.deepEqual(
    await outcomes(worlds, () => true),
    REQUESTS.map(([title, , , method, path, status]) => `${title} ${method} ${path}: ${status}`),
  );
  await lab.removeNamespaces(worlds.flatMap(each => each.topology.ownNamespaces));
});

async function outcomes(worlds: readonly World[], choose: (title: string) => boolean): Promise<string[]> {
  return Promise.all(
    REQUESTS.filter(([title]) => choose(title)).map(async ([title, from, to, method, path]) => {
      const world = worlds.find(each => named(each, from)?.isForeign === false);
      const [caller, callee] = [world && named(world, from), world && named(world, to)];
      assert.ok(world && caller && callee, title);
      const reply = await world.sendOnce(caller, callee, method ? { method, path } : {});
      const status = reply.grpcStatus ? GRPC_STATUS[reply.grpcStatus] : reply.status;
      return `${title} ${method} ${path}: ${status ?? reply.grpcStatus}`;
    }),
  );
}

/** The status of a denied gRPC request is PERMISSION_DENIED. */
const GRPC_STATUS: Readonly<Record<number, number>> = { 7: 403 };

function named({ topology: { services } }: World, name: string) {
  return services.find(each => each.name === name);
}
