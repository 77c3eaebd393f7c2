import { Chart } from 'cdk8s';
import { ClusterApp, IstioInstallation, TargetGroupBinding, TopologyChart } from 'cdk8s-cardinal';
import { mesh } from './mesh';
import { edge, shop } from './model';
import { VPC_CIDR } from './network';

const app = new ClusterApp();
new IstioInstallation(app, 'istio');
new TopologyChart(app, 'shop', { topology: shop, mesh });
new TargetGroupBinding(new Chart(app, 'aws'), 'api', { edge, mesh, allowFrom: VPC_CIDR });
app.synth();
