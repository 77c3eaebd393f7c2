import assert from 'node:assert/strict';
import { GatewayService, Mesh, Operation, Port, type Service, Topology } from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';
import { claim } from '../claims';
import { HboneClient } from '../hbone-client';
import type { Lab } from '../lab';
import { until } from '../wait';
import type { World } from '../world';

const topology = new Topology('shore');
topology.addNamespace('reef');
const port = () => Port.http(80, { target: 8080 });

// In namespace shore pods have sidecars, and in reef they are in ambient mode.
const harbour = topology.addService('harbour', { image: 'harbour', port: port() });
const coral = topology.addService('coral', { image: 'coral', namespace: 'reef', port: port() });
const crab = topology.addService('crab', { image: 'crab', namespace: 'reef' });
coral.calls(harbour, { allowedOperations: [Operation.http('GET /ships/{id}')] });
harbour.calls(coral);

let deployed: Promise<World> | undefined;
const shore = (lab: Lab): Promise<World> =>
  (deployed ??= lab.deploy(topology, {
    mesh: Mesh.ambient({ sidecars: { namespaces: ['shore'] }, gatewayService: GatewayService.CLUSTER_IP }),
  }));

claim('a sidecar accepts HBONE of callers in ambient mode, and enforces their operations by identity', async lab => {
  const world = await shore(lab);
  const traffic = Traffic.of(Manifests.ofDirectory(world.outdir));
  const statusOf = async (caller: Service, request: string) => {
    const [method = '', path = ''] = request.split(' ');
    const { ip } = world.pod(harbour).network;
    const client = await HboneClient.of(lab, caller.namespace, caller.serviceAccount);
    const to = { waypoint: ip, to: `${ip}:8080`, method, path, headers: { host: 'harbour.shore' } };
    const { status } = await client.send(to);
    const { outcomes } = traffic.from(caller.name).http(`${method} http://harbour.shore${path}`);
    // The NetworkPolicy, which is not enforced here, does not allow the connections of others at all.
    assert.equal(outcomes[0]?.destination !== '', status === 200, `${caller.name}: ${request} got ${status}`);
    return status;
  };
  assert.equal(await statusOf(coral, 'GET /ships/1'), 200);
  assert.equal(await statusOf(coral, 'DELETE /ships/1'), 403);
  assert.equal(await statusOf(coral, 'GET /other'), 403);
  assert.equal(await statusOf(crab, 'GET /ships/1'), 403);
});

claim('a sidecar connects to pods in ambient mode by HBONE, past any waypoint', async lab => {
  const world = await shore(lab);
  const { name, network } = world.pod(coral);
  // The CNI plugin of Istio, which the lab does not have, annotates pods whose traffic it leads to ztunnel.
  lab.plane.kubectl('annotate', 'pod', '-n', coral.namespace, name, 'ambient.istio.io/redirection=enabled');
  await until('the sidecar has the endpoint as one of HBONE', () => {
    const endpoints = world
      .pod(harbour)
      .admin('clusters')
      .split('\n')
      .filter(line => line.startsWith(`outbound|80||${coral.host}::`) && line.includes(network.ip));
    return endpoints.length > 0 && endpoints.every(line => line.includes(`connect_originate/${network.ip}:8080`));
  });
});
