import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Lab, TRACING } from './lab';
import { HOST } from './network';

const { service, namespace, port } = TRACING;

/** The tracing backend of all proxies, which writes spans to a file as the OpenTelemetry Collector does. */
export class OtlpReceiver {
  /** Starts it behind the Service that proxies send spans to. */
  static async start(lab: Lab): Promise<OtlpReceiver> {
    const folder = dirname(lab.tools.path('kubectl'));
    execFileSync(join(__dirname, 'setup-otlp-receiver'), [folder]);
    const receiver = new OtlpReceiver(lab, join(lab.folder, 'spans.json'));
    lab.processes.start('otlp-receiver', join(folder, 'otlp-receiver'), [`${HOST}:${port}`, receiver.file]);
    await receiver.publish();
    return receiver;
  }

  private constructor(
    private readonly lab: Lab,
    private readonly file: string,
  ) {}

  /** All spans until now, an export a line. */
  get spans(): string {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8') : '';
  }

  /** Removes the Service, after which spans are lost as before. */
  async stop(): Promise<void> {
    await this.lab.removeNamespaces([namespace]);
  }

  private async publish(): Promise<void> {
    const { api } = this.lab.plane;
    const ports = [{ name: 'grpc-otlp', port }];
    await api.post('/api/v1/namespaces', { metadata: { name: namespace } });
    await api.post(`/api/v1/namespaces/${namespace}/services`, { metadata: { name: service }, spec: { ports } });
    await api.post(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, {
      metadata: { name: service, labels: { 'kubernetes.io/service-name': service } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [HOST], conditions: { ready: true } }],
      ports,
    });
  }
}
