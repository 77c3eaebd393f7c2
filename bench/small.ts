import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { checkManifests } from '../lib/checks';
import { Cluster, resourcesOf } from '../lib/manifests';
import { Manifests, Traffic } from '../lib/testing';
import { generatedTopology } from './model';

/** The user time of synthesis, checks and a traffic matrix of a small topology, as JSON, for `regression.ts`. */
const SERVICES = 150;

const app = new ClusterApp();
const userSeconds = (work: () => unknown) => {
  const before = process.cpuUsage();
  work();
  return process.cpuUsage(before).user / 1e6;
};
const synthesis = userSeconds(() => {
  new TopologyChart(app, 'bench', { topology: generatedTopology(SERVICES), mesh: Mesh.istio() });
  app.synth();
});
const manifests = Manifests.ofApp(app);
const check = userSeconds(() => checkManifests(new Cluster(resourcesOf([...manifests.objects]))));
const matrix = userSeconds(() => Traffic.of(manifests).matrix().toString());
console.log(JSON.stringify({ synthesis, check, matrix }));
