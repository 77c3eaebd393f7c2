import assert from 'node:assert/strict';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { Install, Port, Topology } from '../../lib';
import { claim } from '../claims';
import { injected } from '../injected';
import type { Lab } from '../lab';

claim(
  'the charts of Istio render and apply with the same mesh configuration, and the control plane in them injects',
  async lab => {
    const charts = join(lab.tools.module('istio.io/istio'), 'manifests/charts');
    const install = Install.helm({
      base: join(charts, 'base'),
      istiod: join(charts, 'istio-control/istio-discovery'),
      executable: lab.tools.path('helm'),
    });
    const istiod = await lab.addIstiod('10.99.0.3', 'helm', install);

    assert.deepEqual(await injected(lab, 'by-chart', { revision: 'helm' }), {
      inside: 'istiod-helm.istio-system.svc:15012',
      outside: undefined,
    });
    const [byHelm, byIstioctl] = await Promise.all(['istio-helm', 'istio'].map(name => settingsIn(lab, name)));
    assert.deepEqual(byHelm, byIstioctl);
    assert.deepEqual(byHelm?.outboundTrafficPolicy, { mode: 'REGISTRY_ONLY' });
    lab.removeIstiod(istiod);
  },
);

/** The settings of a mesh configuration that the topologies require. */
async function settingsIn(lab: Lab, configMap: string): Promise<Record<string, unknown>> {
  const { data } = await lab.plane.api.get<{ data: { mesh: string } }>(
    `/api/v1/namespaces/istio-system/configmaps/${configMap}`,
  );
  const { outboundTrafficPolicy, defaultHttpRetryPolicy, pathNormalization, trustDomain } = load(data.mesh) as Record<
    string,
    unknown
  >;
  return { outboundTrafficPolicy, defaultHttpRetryPolicy, pathNormalization, trustDomain };
}

claim("the installation's settings are those that istiod works with", async lab => {
  const mesh = await lab.istiod.debug<Record<string, unknown>>('mesh');
  // istiod does not print the zero value of a type.
  assert.match(JSON.stringify(mesh.outboundTrafficPolicy), /^\{("mode":"REGISTRY_ONLY")?\}$/);
  assert.deepEqual(mesh.pathNormalization, { normalization: 'MERGE_SLASHES' });
  assert.match(JSON.stringify(mesh.defaultHttpRetryPolicy), /^\{("attempts":0)?\}$/);
});

claim('without declared retries, a gateway sends a request once', async lab => {
  const topology = new Topology('once');
  const failing = topology.addService('failing', { image: 'failing', port: Port.http(80, { target: 8080 }) });
  const edge = topology.addEdge('once', { host: 'once.example' });
  edge.route('GET /', failing);
  const world = await lab.deploy(topology);
  const pod = world.pod(failing);
  await pod.configureResponse({ status: 503 });
  await pod.takeSeen();
  const { status } = await world.requestGateway(edge, { path: '/' });
  assert.equal(status, 503);
  assert.equal((await pod.takeSeen()).length, 1);
  await lab.remove(world);
});
