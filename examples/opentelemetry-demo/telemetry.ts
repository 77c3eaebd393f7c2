import { EnvValue, Health, Port, type ServiceProps, Topology, Volume, WorkloadKind } from '../../lib';

/** The OpenTelemetry demo: an astronomy shop in a dozen languages whose services send telemetry to one collector. */
export const openTelemetryDemo = new Topology('otel-demo');

const backend = (name: string, memoryLimit: string, props: ServiceProps) =>
  openTelemetryDemo.addService(name, { replicas: 1, resources: { memoryLimit }, ...props });

const prometheus = backend('prometheus', '300Mi', {
  image: 'quay.io/prometheus/prometheus:v3.6.0',
  port: Port.http(9090),
  runAsUser: 65534,
  pod: { securityContext: { fsGroup: 65534 } },
  writablePaths: ['/data'],
  volumeMounts: [{ path: '/etc/config', volume: Volume.configMap('config', 'prometheus') }],
  args: [
    '--storage.tsdb.retention.time=15d',
    '--config.file=/etc/config/prometheus.yml',
    '--storage.tsdb.path=/data',
    '--enable-feature=exemplar-storage',
    '--web.enable-otlp-receiver',
  ],
  health: Health.http('/-/healthy'),
  probes: { readiness: Health.http('/-/ready') },
});
export const jaeger = backend('jaeger', '400Mi', {
  image: 'jaegertracing/all-in-one:1.53.0',
  port: Port.grpc(4317, { name: 'otlp' }),
  ports: [Port.http(16686, { name: 'query' })],
  runAsUser: 10001,
  writablePaths: ['/tmp'],
  env: { METRICS_STORAGE_TYPE: 'prometheus', SPAN_STORAGE_TYPE: 'memory', COLLECTOR_OTLP_ENABLED: 'true' },
  args: [
    '--memory.max-traces=5000',
    '--query.base-path=/jaeger/ui',
    '--prometheus.server-url=$(PROMETHEUS_URL)',
    '--prometheus.query.normalize-calls=true',
    '--prometheus.query.normalize-duration=true',
  ],
  health: Health.http('/', { port: 14269 }),
});
const opensearchConfig = Volume.emptyDir('config-copy');
const opensearch = backend('opensearch', '1100Mi', {
  image: 'opensearchproject/opensearch:3.2.0',
  port: Port.http(9200),
  workload: WorkloadKind.statefulSet(),
  runAsUser: 1000,
  pod: { securityContext: { fsGroup: 1000 } },
  securityContext: { readOnlyRootFilesystem: false },
  resources: { cpu: '1', memory: '100Mi', memoryLimit: '1100Mi' },
  env: {
    'node.name': EnvValue.fromField('metadata.name'),
    'node.roles': 'master,ingest,data,remote_cluster_client,',
    'cluster.name': 'demo-cluster',
    'network.host': '0.0.0.0',
    'discovery.type': 'single-node',
    'bootstrap.memory_lock': 'true',
    OPENSEARCH_JAVA_OPTS: '-Xms400m -Xmx400m',
    DISABLE_INSTALL_DEMO_CONFIG: 'true',
    DISABLE_SECURITY_PLUGIN: 'true',
  },
  initContainers: [
    {
      name: 'configfile',
      image: 'opensearchproject/opensearch:3.2.0',
      runAsUser: 1000,
      command: ['sh', '-c', 'cp /config/opensearch.yml /copy/'],
      volumeMounts: [
        { path: '/config', volume: Volume.configMap('config', 'opensearch-config') },
        { path: '/copy', volume: opensearchConfig },
      ],
    },
  ],
  volumeMounts: [
    { path: '/usr/share/opensearch/config/opensearch.yml', volume: opensearchConfig, subPath: 'opensearch.yml' },
  ],
});
const dashboards = ['apm', 'demo', 'exemplars', 'linux', 'postgresql', 'spanmetrics'].map(each => `${each}-dashboard`);
export const grafana = backend('grafana', '150Mi', {
  image: 'docker.io/grafana/grafana:12.1.1',
  port: Port.http(80, { target: 3000 }),
  runAsUser: 472,
  pod: { securityContext: { fsGroup: 472 } },
  writablePaths: ['/var/lib/grafana', '/var/log/grafana', '/tmp'],
  env: {
    GF_SECURITY_ADMIN_USER: EnvValue.fromSecret('grafana', 'admin-user'),
    GF_SECURITY_ADMIN_PASSWORD: EnvValue.fromSecret('grafana', 'admin-password'),
    GF_INSTALL_PLUGINS: EnvValue.fromConfigMap('grafana', 'plugins'),
    GF_PATHS_PROVISIONING: '/etc/grafana/provisioning',
    GOMEMLIMIT: EnvValue.fromResource('limits.memory'),
  },
  volumeMounts: [
    { path: '/etc/grafana/grafana.ini', volume: Volume.configMap('config', 'grafana'), subPath: 'grafana.ini' },
    ...Object.entries({ datasources: 'grafana-datasources', dashboards: 'grafana-config-dashboards' }).map(
      ([kind, configMap]) => ({
        path: `/etc/grafana/provisioning/${kind}`,
        volume: Volume.configMap(kind, configMap),
      }),
    ),
    ...[...dashboards, 'nginx-metrics', 'opentelemetry-collector'].map(name => ({
      path: `/tmp/dashboards/${name}`,
      volume: Volume.configMap(name, `grafana-dashboard-${name}`),
    })),
  ],
  health: Health.http('/api/health'),
});

/** Its configuration has the addresses of what it scrapes and exports to as `${env:NAME}`. */
export const collector = backend('otel-collector', '200Mi', {
  image: 'otel/opentelemetry-collector-contrib:0.135.0',
  port: Port.grpc(4317, { name: 'otlp' }),
  ports: [Port.http(4318, { name: 'otlp' })],
  runAsUser: 10001,
  args: ['--config=/conf/relay.yaml'],
  env: {
    MY_POD_IP: EnvValue.fromField('status.podIP'),
    GOMEMLIMIT: '160MiB',
    POSTGRES_PASSWORD: EnvValue.fromSecret('postgresql', 'password'),
  },
  volumeMounts: [
    { path: '/conf', volume: Volume.configMap('config', 'otel-collector', { items: { relay: 'relay.yaml' } }) },
  ],
  health: Health.http('/', { port: 13133 }),
});

collector.calls(jaeger, { addressEnvVar: 'JAEGER_ADDR' });
collector.calls(prometheus, { addressEnvVars: { PROMETHEUS_URL: 'http://{host}:{port}/api/v1/otlp' } });
collector.calls(opensearch, { addressEnvVars: { OPENSEARCH_URL: 'http://{host}:{port}' } });
collector.calls(collector, { port: 4318, addressEnvVar: 'OTEL_COLLECTOR_ADDR' });
jaeger.calls(prometheus, { addressEnvVars: { PROMETHEUS_URL: 'http://{host}:{port}' } });
grafana.calls(prometheus, { addressEnvVars: { PROMETHEUS_URL: 'http://{host}:{port}' } });
grafana.calls(jaeger, { port: 16686, addressEnvVars: { JAEGER_URL: 'http://{host}:{port}/jaeger/ui' } });
grafana.calls(opensearch, { addressEnvVars: { OPENSEARCH_URL: 'http://{host}:{port}' } });
const plugins = openTelemetryDemo.addExternalService('grafana-plugins', { host: 'grafana.com', port: Port.tls(443) });
grafana.calls(plugins);
