import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Api } from './api';
import type { Tools } from './tools';
import { HOST } from './network';
import type { Processes } from './processes';
import { until } from './wait';

export const SERVICE_CIDR = '10.96.0.0/16';
const API_PORT = 6443;
const CONTROLLERS = [
  'deployment',
  'replicaset',
  'statefulset',
  'job',
  'cronjob',
  'daemonset',
  'endpointslice',
  'serviceaccount',
  'namespace',
  'garbage-collector',
  'disruption',
  'persistentvolumeclaim-protection',
].map(name => `${name}-controller`);

/** A real API server with its store and its controllers. */
export class ControlPlane {
  readonly api: Api;
  readonly kubeconfig: string;

  constructor(
    private readonly tools: Tools,
    private readonly processes: Processes,
    private readonly folder: string,
  ) {
    const token = randomBytes(16).toString('hex');
    this.api = new Api(`https://${HOST}:${API_PORT}`, token);
    this.kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(this.kubeconfig, kubeconfigOf(this.api), { mode: 0o600 });
    writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  }

  async start(): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const [signing, verifying] = [join(this.folder, 'sa.key'), join(this.folder, 'sa.pub')];
    writeFileSync(signing, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(verifying, publicKey.export({ type: 'spki', format: 'pem' }));

    this.processes.start('etcd', this.tools.path('etcd'), [
      '--data-dir',
      join(this.folder, 'etcd'),
      '--unsafe-no-fsync',
      '--listen-client-urls',
      `http://${HOST}:2379`,
      '--advertise-client-urls',
      `http://${HOST}:2379`,
      '--listen-peer-urls',
      `http://${HOST}:2380`,
    ]);
    this.processes.start('kube-apiserver', this.tools.path('kube-apiserver'), [
      `--etcd-servers=http://${HOST}:2379`,
      `--service-cluster-ip-range=${SERVICE_CIDR}`,
      `--bind-address=${HOST}`,
      `--advertise-address=${HOST}`,
      `--secure-port=${API_PORT}`,
      `--cert-dir=${join(this.folder, 'certs')}`,
      `--token-auth-file=${join(this.folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--enable-aggregator-routing=true',
      '--disable-admission-plugins=ServiceAccount',
      // Ends watches after one to two minutes, so that each run shows that they go on.
      '--min-request-timeout=60',
      '--api-audiences=istio-ca,https://kubernetes.default.svc',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${verifying}`,
      `--service-account-signing-key-file=${signing}`,
    ]);
    await until('the API server is ready', () => this.api.get('/readyz'));
    this.processes.start('kube-controller-manager', this.tools.path('kube-controller-manager'), [
      `--kubeconfig=${this.kubeconfig}`,
      '--leader-elect=false',
      `--controllers=${CONTROLLERS.join(',')}`,
      `--service-account-private-key-file=${signing}`,
      '--concurrent-deployment-syncs=20',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      '--min-resync-period=1h',
    ]);
  }

  /** `kubectl apply`, with strict field validation. */
  apply(...args: string[]): string {
    return this.kubectl('apply', '--server-side', '--force-conflicts', '--validate=strict', ...args);
  }

  /** `kubectl`. Throws its error output. */
  kubectl(...args: string[]): string {
    try {
      return execFileSync(this.tools.path('kubectl'), ['--kubeconfig', this.kubeconfig, ...args], {
        encoding: 'utf8',
        stdio: 'pipe',
        maxBuffer: 1 << 28,
      });
    } catch (error) {
      throw new Error(`kubectl ${args.join(' ')}: ${(error as { stderr: string }).stderr}`);
    }
  }
}

function kubeconfigOf({ url, token }: Api): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'admin' } }],
    'current-context': 'lab',
  });
}
