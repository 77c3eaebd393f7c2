import { ClusterApp, Mesh, TopologyChart } from '../lib';
import { generatedTopology } from './model';

const app = new ClusterApp();
new TopologyChart(app, 'bench', { topology: generatedTopology(Number(process.argv[2])), mesh: Mesh.istio() });
app.synth();
