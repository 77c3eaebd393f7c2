import { ClusterApp, TopologyChart } from 'cdk8s-cardinal';
import { mesh } from './mesh';
import { shop } from './model';

const app = new ClusterApp();
new TopologyChart(app, 'shop', { topology: shop, mesh });
app.synth();
