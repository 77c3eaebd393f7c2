import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { Manifests, Traffic } from '../lib/testing';
import { best } from './best';
import { generatedTopology } from './model';

console.log('services  objects  first answer  each further  matrix  difference');
for (const services of [100, 1000, 4000]) {
  const topology = generatedTopology(services);
  const app = new ClusterApp();
  new TopologyChart(app, 'bench', { topology, mesh: Mesh.istio() });
  const manifests = Manifests.ofApp(app);
  const calls = [...topology.services.values()].flatMap(each => each.outgoingCalls).slice(0, 500);
  const ask = (traffic: Traffic, index: number) => {
    const { caller, callee } = calls[index] ?? calls[0] ?? { caller: undefined, callee: undefined };
    traffic
      .from(`${caller?.namespace}/${caller?.name}`)
      .http(`GET http://${callee?.hostNameIn(caller?.namespace ?? '')}/`);
  };
  const first = best(3, () => ask(Traffic.of(manifests), 0));
  const traffic = Traffic.of(manifests);
  const further = best(3, () => calls.forEach((_, index) => ask(traffic, index))) / calls.length;
  const matrix = best(1, () => void Traffic.of(manifests).matrix());
  const difference = best(1, () => void Traffic.diff(Traffic.of(manifests), Traffic.of(manifests)));
  console.log(
    [
      String(services).padStart(8),
      String(manifests.objects.length).padStart(8),
      `${first.toFixed(2)} s`.padStart(13),
      `${(further * 1000).toFixed(2)} ms`.padStart(13),
      `${matrix.toFixed(2)} s`.padStart(7),
      `${difference.toFixed(2)} s`.padStart(11),
    ].join(' '),
  );
}
