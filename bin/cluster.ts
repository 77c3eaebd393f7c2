import { ClusterApp, GatewayService, IstioInstallation, Mesh, TopologyChart, Tracing } from '../lib';
import { boutique } from './boutique';

const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });

const app = new ClusterApp();
new IstioInstallation(app, 'istio', { tracing });
new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio({ tracing, gatewayService: GatewayService.CLUSTER_IP }) });
app.synth();
