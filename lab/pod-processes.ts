import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './kubelet';
import { inside, type PodNetwork } from './network';
import type { Container, PodObject } from './pod-object';
import { until } from './wait';

export const PROXY_USER = '1337';

/** The socket at which Envoy with HBONE gets its configuration, beside that of its agent. */
export const PLAIN_ENVOY_SOCKET = 'XDS-plain-envoy';
const CONFIG = 'etc/istio/proxy';

/** Starts the processes of a pod inside its network, as the container runtime would start its containers. */
export class PodProcesses {
  constructor(
    private readonly machine: Machine,
    private readonly object: PodObject,
    private readonly network: PodNetwork,
    private readonly folder: string,
  ) {}

  /** The files that the kubelet would mount into the proxy's container. */
  async layOutFiles(): Promise<void> {
    const account = this.object.spec.serviceAccountName ?? 'default';
    const { status } = await this.machine.api.post<{ status: { token: string } }>(
      `/api/v1/namespaces/${this.object.metadata.namespace}/serviceaccounts/${account}/token`,
      { spec: { audiences: ['istio-ca'], expirationSeconds: 43200 } },
    );
    const root = await until(
      `namespace ${this.object.metadata.namespace} has the mesh's root certificate`,
      async () =>
        (
          await this.machine.api.get<{ data: Record<string, string> }>(
            `/api/v1/namespaces/${this.object.metadata.namespace}/configmaps/istio-ca-root-cert`,
          )
        ).data['root-cert.pem'],
    );
    const downwardApi = (values: Readonly<Record<string, string>> = {}) =>
      Object.entries(values)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join('\n');
    for (const [file, text] of [
      ['var/run/secrets/tokens/istio-token', status.token],
      ['var/run/secrets/istio/root-cert.pem', root],
      // A machine has none, and its labels in the environment of the proxy, which the file would replace.
      ...(['labels', 'annotations'] as const)
        .filter(each => this.object.metadata[each])
        .map(each => [`etc/istio/pod/${each}`, downwardApi(this.object.metadata[each])] as const),
    ] as const) {
      mkdirSync(join(this.folder, file, '..'), { recursive: true });
      writeFileSync(join(this.folder, file), text);
    }
    mkdirSync(join(this.folder, CONFIG), { recursive: true });
    execFileSync('chown', ['-R', `${PROXY_USER}:${PROXY_USER}`, this.folder]);
  }

  /** The injected init container, which redirects traffic to the proxy. A gateway has none. */
  redirect(): void {
    const init = this.object.spec.initContainers?.find(each => each.name === 'istio-init');
    if (init) {
      this.runInside(this.machine.tools.path('pilot-agent'), init.args ?? []);
    }
  }

  private runInside(command: string, args: readonly string[]): void {
    try {
      execFileSync('ip', inside(this.network, command, ...args), { stdio: 'pipe' });
    } catch (error) {
      const { stderr } = error as { stderr: Buffer };
      throw new Error(`${command} ${args.join(' ')} in ${this.object.metadata.name}: ${stderr.toString()}`);
    }
  }

  runProxy(container: Container): ChildProcess {
    const env = Object.fromEntries(
      (container.env ?? []).map(({ name, value, valueFrom }) => [
        name,
        value ?? this.field(valueFrom?.fieldRef?.fieldPath),
      ]),
    );
    const config = JSON.parse(env.PROXY_CONFIG || '{}') as Record<string, unknown>;
    const address = String(config.discoveryAddress ?? env.CA_ADDR ?? 'istiod.istio-system.svc:15012');
    const args = (container.args ?? []).map(arg =>
      arg.replace(/\$\((\w+)\)/g, (reference, name: string) => env[name] ?? reference),
    );
    const acceptsHbone = args.includes('waypoint') || env.ISTIO_META_ENABLE_HBONE === 'true';
    if (acceptsHbone) {
      const sockets = [PLAIN_ENVOY_SOCKET, 'XDS'].map(name => join(this.folder, CONFIG, name));
      this.run('xds', PROXY_USER, [this.machine.tools.path('plain-envoy-xds'), ...sockets], {});
    }
    return this.run('proxy', PROXY_USER, [this.machine.tools.path('pilot-agent'), ...args], {
      ...env,
      CA_ADDR: env.CA_ADDR || address,
      ISTIO_BOOTSTRAP: acceptsHbone ? this.machine.waypointBootstrapFile : this.machine.bootstrapFile,
      PROXY_CONFIG: JSON.stringify({
        ...config,
        binaryPath: this.machine.tools.path('envoy'),
        discoveryAddress: address,
        concurrency: 1,
      }),
    });
  }

  run(
    what: string,
    user: string,
    command: readonly string[],
    env: Record<string, string>,
    channel = false,
  ): ChildProcess {
    return this.machine.processes.start(
      `${this.object.metadata.namespace}.${this.object.metadata.name}.${what}`,
      'ip',
      inside(this.network, 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...command),
      { cwd: this.folder, env, mayEnd: true, channel },
    );
  }

  /** The downward API. */
  private field(path: string | undefined): string {
    const { metadata, spec } = this.object;
    const fields: Record<string, string | undefined> = {
      'metadata.name': metadata.name,
      'metadata.namespace': metadata.namespace,
      'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
      'spec.nodeName': this.machine.node,
      'status.podIP': this.network.ip,
      'status.hostIP': this.network.ip,
    };
    return (path && fields[path]) ?? '';
  }
}

export function userOf(pid: number): string | undefined {
  return /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}
