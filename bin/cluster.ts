import { Chart } from 'cdk8s';
import { ClusterApp, IstioInstallation, Mesh, TargetGroupBinding, TopologyChart, Tracing } from '../lib';
import { boutique, shop } from './boutique';

const tracing = Tracing.openTelemetry({ service: 'otel-collector', namespace: 'observability', samplingPercent: 5 });
const mesh = Mesh.istio({ tracing });

const app = new ClusterApp();
new IstioInstallation(app, 'istio', { tracing });
new TopologyChart(app, 'boutique', { topology: boutique, mesh });
new TargetGroupBinding(new Chart(app, 'aws'), 'shop', { edge: shop, mesh });
app.synth();
