import { ClusterApp, IstioInstallation, TopologyChart } from 'cdk8s-cardinal';
import { mesh } from './mesh';
import { shop } from './model';

const app = new ClusterApp();
new IstioInstallation(app, 'istio');
new TopologyChart(app, 'shop', { topology: shop, mesh });
app.synth();
