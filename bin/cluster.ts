import { Chart } from 'cdk8s';
import {
  ClusterApp,
  GatewayService,
  IstioInstallation,
  Mesh,
  TargetGroupBinding,
  TopologyChart,
  Tracing,
} from '../lib';
import { boutique, shop } from './boutique';
import { VPC_CIDR } from './network';

const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });
const mesh = Mesh.istio({ tracing, gatewayService: GatewayService.CLUSTER_IP });

const app = new ClusterApp();
new IstioInstallation(app, 'istio', { tracing });
new TopologyChart(app, 'boutique', { topology: boutique, mesh });
new TargetGroupBinding(new Chart(app, 'aws'), 'shop', { edge: shop, mesh, allowFrom: VPC_CIDR });
app.synth();
