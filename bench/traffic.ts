import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { toYaml } from '../lib/kubernetes/yaml';
import { Manifests, Traffic } from '../lib/testing';
import { best, cpuSeconds } from './best';
import { generatedTopology } from './model';

/** Without Sidecars each proxy has the routes to all services, and policies alone decide what it reaches. */
const SHAPES = {
  scoped: (manifests: Manifests) => manifests,
  'without Sidecars': (manifests: Manifests) =>
    Manifests.ofYaml(
      manifests.objects
        .filter(each => each.kind !== 'Sidecar')
        .map(each => toYaml(each))
        .join('---\n'),
    ),
};
const SIZES = [250, 500, 1000, 2000];

console.log('           shape  services  objects  first answer  each further  matrix  difference');
for (const [name, shaped] of Object.entries(SHAPES)) {
  const matrices = SIZES.map(services => {
    const topology = generatedTopology(services);
    const app = new ClusterApp();
    new TopologyChart(app, 'bench', { topology, mesh: Mesh.istio() });
    const manifests = shaped(Manifests.ofApp(app));
    const calls = [...topology.services.values()].flatMap(each => each.outgoingCalls).slice(0, 50);
    const ask = (traffic: Traffic, index: number) => {
      const { caller, callee } = calls[index] ?? calls[0] ?? { caller: undefined, callee: undefined };
      traffic
        .from(`${caller?.namespace}/${caller?.name}`)
        .http(`GET http://${callee?.hostNameIn(caller?.namespace ?? '')}/`);
    };
    const first = best(3, () => ask(Traffic.of(manifests), 0));
    const traffic = Traffic.of(manifests);
    const further = best(1, () => calls.forEach((_, index) => ask(traffic, index))) / calls.length;
    const matrix = cpuSeconds(() => void Traffic.of(manifests).matrix());
    // A difference also describes what is denied, for each pair of a caller and a host in its scope.
    const difference =
      name === 'scoped' ? cpuSeconds(() => void Traffic.diff(Traffic.of(manifests), Traffic.of(manifests))) : undefined;
    console.log(
      [
        name.padStart(16),
        String(services).padStart(9),
        String(manifests.objects.length).padStart(8),
        `${first.toFixed(2)} s`.padStart(13),
        `${(further * 1000).toFixed(2)} ms`.padStart(13),
        `${matrix.toFixed(2)} s`.padStart(7),
        (difference === undefined ? '–' : `${difference.toFixed(2)} s`).padStart(11),
      ].join(' '),
    );
    return matrix;
  });
  const exponent = Math.log((matrices.at(-1) ?? NaN) / (matrices[0] ?? NaN)) / Math.log((SIZES.at(-1) ?? 1) / 250);
  console.log(`${name}: the matrix grows with the power ${exponent.toFixed(2)} of the services`);
}
