import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { ClusterApp, Install, IstioInstallation, Port, Topology } from '../../lib';
import type { KubeObject } from '../api';
import { claim } from '../claims';

claim('the charts of Istio render with the same mesh configuration, and the API server takes them', async lab => {
  const charts = join(lab.tools.module('istio.io/istio'), 'manifests/charts');
  const outdir = join(lab.folder, 'by-helm');
  const app = new ClusterApp({ outdir });
  const install = Install.helm({ base: join(charts, 'base'), istiod: join(charts, 'istio-control/istio-discovery'), executable: lab.tools.path('helm') });
  new IstioInstallation(app, 'istio', { install, revision: 'helm' });
  app.synth();

  // A dry run, since a second set of webhooks without a control plane behind them would stop every pod.
  const files = ['1-namespaces', '2-control-plane'].map(file => join(outdir, `${file}.yaml`));
  files.forEach(file => lab.plane.apply('--dry-run=server', '-f', file));
  const objects = files.flatMap(file => loadAll(readFileSync(file, 'utf8')) as KubeObject[]);
  assert.ok(objects.some(each => each.kind === 'Deployment' && each.metadata.name === 'istiod-helm'));
  assert.ok(objects.filter(each => each.kind === 'CustomResourceDefinition').length >= 14);

  const { data: byHelm } = objects.find(each => each.kind === 'ConfigMap' && each.metadata.name === 'istio-helm') as unknown as { data: { mesh: string } };
  const { data: byIstioctl } = await lab.plane.api.get<{ data: { mesh: string } }>('/api/v1/namespaces/istio-system/configmaps/istio');
  const settings = (mesh: string) => {
    const { outboundTrafficPolicy, defaultHttpRetryPolicy, pathNormalization, trustDomain } = loadAll(mesh)[0] as Record<string, unknown>;
    return { outboundTrafficPolicy, defaultHttpRetryPolicy, pathNormalization, trustDomain };
  };
  assert.deepEqual(settings(byHelm.mesh), settings(byIstioctl.mesh));
  assert.deepEqual(settings(byHelm.mesh).outboundTrafficPolicy, { mode: 'REGISTRY_ONLY' });
});

claim('the installation\'s settings are those that istiod works with', async lab => {
  const mesh = await lab.istiod.debug<Record<string, unknown>>('mesh');
  // What is the first value of its type, istiod does not print.
  assert.match(JSON.stringify(mesh.outboundTrafficPolicy), /^\{("mode":"REGISTRY_ONLY")?\}$/);
  assert.deepEqual(mesh.pathNormalization, { normalization: 'MERGE_SLASHES' });
  assert.match(JSON.stringify(mesh.defaultHttpRetryPolicy), /^\{("attempts":0)?\}$/);
});

claim('with no retries declared anywhere, a gateway tries once', async lab => {
  const topology = new Topology('once');
  const failing = topology.addService('failing', { image: 'failing', port: Port.http(80, { target: 8080 }) });
  const edge = topology.addEdge('once', { host: 'once.example' });
  edge.route('GET /', failing);
  const world = await lab.deploy(topology);
  const pod = world.pod(failing);
  await pod.behave({ status: 503 });
  await pod.takeSeen();
  const { status } = await world.knock(edge, { path: '/' });
  assert.equal(status, 503);
  assert.equal((await pod.takeSeen()).length, 1);
  await lab.remove(world);
});
