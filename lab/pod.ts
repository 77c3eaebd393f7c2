import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { appConfigOf } from './app-config';
import type { AppOrder, AppReport, Behaviour, Reply, RequestSpec } from './app-protocol';
import { inside, kill, type PodNetwork, processesIn } from './network';
import type { Machine } from './kubelet';
import { layOutMounts } from './mounts';
import type { Container, PodObject } from './pod-object';
import { PodProcesses, PROXY_USER, userOf } from './pod-processes';
import { type Program, programOf } from './program';
import { Hopeless, until } from './wait';

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

const APP_USER = '1000';
const PROXY = 'istio-proxy';

/** A pod as processes: the injected proxy as returned by the API server, and the app instead of the image. */
export class Pod {
  readonly name: string;
  readonly namespace: string;
  private readonly folder: string;
  private readonly processes: PodProcesses;
  private readonly waiting = new Map<number, (report: AppReport) => void>();
  private app?: ChildProcess;
  private proxy?: ChildProcess;
  private stopped = false;
  private serving = false;
  private failure?: Hopeless;
  /** The number of restarts of its proxy. */
  restarts = 0;
  private orders = 0;

  constructor(
    private readonly machine: Machine,
    readonly object: PodObject,
    readonly network: PodNetwork,
  ) {
    this.name = object.metadata.name;
    this.namespace = object.metadata.namespace;
    this.folder = join(machine.folder, 'pods', this.name);
    mkdirSync(this.folder, { recursive: true });
    this.processes = new PodProcesses(machine, object, network, this.folder);
  }

  get labels(): Readonly<Record<string, string>> {
    return this.object.metadata.labels ?? {};
  }

  /** The revision of the control plane that injected its proxy, if it has one. */
  get revision(): string | undefined {
    return this.injected ? (this.object.metadata.annotations?.['istio.io/rev'] ?? 'default') : undefined;
  }

  get injected(): boolean {
    return this.proxyContainer !== undefined;
  }

  /** The control plane of the injected proxy; undefined without a proxy. */
  get controlPlane(): string | undefined {
    const env = this.proxyContainer?.env?.find(each => each.name === 'CA_ADDR');
    return env?.value;
  }

  /** Starts all containers and waits until they are ready. */
  async start(): Promise<void> {
    if (this.proxyContainer) {
      await this.processes.layOutFiles();
      this.processes.redirect();
      this.startProxy();
    }
    if (this.appContainer) {
      await this.startContainer(this.appContainer);
    }
    await this.isReady();
  }

  /** Waits until the probes of all containers pass. */
  async isReady(): Promise<void> {
    const { containers, initContainers = [] } = this.object.spec;
    const native = initContainers.filter(each => each.name === PROXY);
    for (const { name, startupProbe, readinessProbe } of [...native, ...containers]) {
      for (const probe of [startupProbe, readinessProbe]) {
        await until(`${name} of ${this.name} passes its probe`, () => {
          if (this.failure) {
            throw this.failure;
          }
          return this.stopped || !probe || this.machine.prober.passes(this.network.ip, probe);
        });
      }
    }
    this.serving = true;
  }

  /** Makes the app exit, as that of a Job does when its work is done. */
  async end(): Promise<void> {
    const ended = new Promise(resolve => this.app?.on('exit', resolve));
    void this.order({ kind: 'end' });
    await ended;
  }

  stop(): void {
    this.stopped = true;
    this.machine.network.remove(this.network);
  }

  /**
   * Ends as the kubelet ends a deleted pod with an app that finishes its requests: the proxy drains after its `preStop`
   * hook, and the app ends with it.
   */
  async terminate(): Promise<void> {
    this.stopped = true;
    if (this.proxy?.exitCode === null && this.proxyContainer) {
      const { terminationGracePeriodSeconds: grace = 30 } = this.object.spec;
      const ended = once(this.proxy, 'exit', { signal: AbortSignal.timeout(grace * 1000) });
      await sleep((this.proxyContainer.lifecycle?.preStop?.sleep?.seconds ?? 0) * 1000);
      this.terminateProxy();
      await ended.catch(() => undefined);
    }
    this.stop();
  }

  /** Kills the proxy's container, as the kernel's OOM killer would; the kubelet restarts it. */
  killProxy(): void {
    processesIn(this.network)
      .filter(pid => userOf(pid) === PROXY_USER)
      .forEach(kill);
  }

  /** Sends SIGTERM to the proxy's container, as the kubelet does after the `preStop` hook of a deleted pod. */
  terminateProxy(): void {
    const agent = processesIn(this.network).find(pid => commandOf(pid) === 'pilot-agent');
    assert.ok(agent, `no proxy runs in ${this.name}`);
    process.kill(agent, 'SIGTERM');
  }

  startProxy(): void {
    if (this.proxyContainer) {
      this.proxy = this.processes.runProxy(this.proxyContainer).on('exit', code => this.onProxyEnd(code));
    }
  }

  /** The process of the proxy's Envoy. */
  get envoyPid(): number {
    const pid = processesIn(this.network).find(each => commandOf(each) === 'envoy');
    if (!pid) {
      throw new Error(`no Envoy runs in ${this.name}`);
    }
    return pid;
  }

  /** A page of the proxy's admin interface, requested from inside the pod. */
  admin(page: string): string {
    const script = `fetch('http://127.0.0.1:15000/${page}').then(r => r.text()).then(t => process.stdout.write(t))`;
    return execFileSync(
      'ip',
      inside(this.network, 'setpriv', `--reuid=${PROXY_USER}`, '--clear-groups', process.execPath, '-e', script),
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
  }

  /** Sends requests from the app, and therefore through the proxy. */
  async send(spec: RequestSpec, count = 1, concurrency = 1): Promise<Reply[]> {
    return (await this.order({ kind: 'send', spec, count, concurrency })).replies ?? [];
  }

  /** Sends requests at an interval while `during` runs, and returns the result of each. */
  async sendWhile(spec: RequestSpec, everyMs: number, during: () => Promise<void>): Promise<Reply[]> {
    await this.order({ kind: 'stream', spec, everyMs });
    try {
      await during();
    } catch (error) {
      await this.order({ kind: 'halt' });
      throw error;
    }
    return (await this.order({ kind: 'halt' })).replies ?? [];
  }

  async configureResponse(behaviour: Behaviour): Promise<void> {
    await this.order({ kind: 'configureResponse', behaviour });
  }

  /** The requests that the app received since the last call. */
  async takeSeen(): Promise<AppReport['seen']> {
    return (await this.order({ kind: 'report' })).seen;
  }

  /** Restarts a proxy that exits after it was ready; one that exits before would only exit again. */
  private onProxyEnd(code: number | null): void {
    if (this.stopped) {
      return;
    }
    if (this.serving) {
      this.serving = false;
      this.machine.onProxyEnd(this);
    } else {
      this.failure = new Hopeless(`the proxy of ${this.name} ended with ${code ?? 'a signal'} before it was ready`);
    }
  }

  /** The injected proxy: a container, or a native sidecar among the init containers. */
  private get proxyContainer(): Container | undefined {
    const { containers, initContainers = [] } = this.object.spec;
    return [...containers, ...initContainers].find(each => each.name === PROXY);
  }

  private get appContainer(): Container | undefined {
    return this.object.spec.containers.find(each => each.name !== PROXY);
  }

  /**
   * A pod whose containers have all ended is complete, unless they are restarted. A native sidecar does not count: the
   * kubelet stops it then.
   */
  private onAppEnd(code: number | null): void {
    const { containers, restartPolicy = 'Always' } = this.object.spec;
    if (!this.stopped && restartPolicy !== 'Always' && containers.every(each => each.name !== PROXY)) {
      this.machine.onPodEnd(this, code === 0 ? 'Succeeded' : 'Failed');
    }
  }

  private order(order: Unnumbered<AppOrder>): Promise<AppReport> {
    const id = ++this.orders;
    return new Promise((resolve, reject) => {
      if (!this.app?.connected) {
        reject(new Error(`the app of ${this.name} does not run`));
        return;
      }
      this.waiting.set(id, resolve);
      this.app.send({ ...order, id });
    });
  }

  private async startContainer(container: Container): Promise<void> {
    const root = join(this.folder, 'root');
    await layOutMounts(this.machine.api, this.object, root);
    const program = programOf(this.machine.tools, container, root);
    if (program) {
      this.runProgram(program);
    } else {
      await this.startApp(container);
    }
  }

  /** Restarts processes that exit, as the kubelet does. */
  private runProgram(program: Program): void {
    this.processes.run('app', APP_USER, program.command, program.env).on('exit', () => {
      setTimeout(() => {
        if (!this.stopped) {
          this.runProgram(program);
        }
      }, 250).unref();
    });
  }

  private async startApp(container: Container): Promise<void> {
    const config = appConfigOf(this.object, container, this.proxyContainer);
    const app = this.processes.run(
      'app',
      APP_USER,
      [process.execPath, this.machine.appFile, JSON.stringify(config)],
      {},
      true,
    );
    this.app = app;
    await new Promise<void>((resolve, reject) => {
      this.waiting.set(0, () => resolve());
      app.on('exit', code => {
        reject(new Error(`the app of ${this.name} exited with ${code}`));
        this.onAppEnd(code);
      });
      app.on('message', (report: AppReport) => {
        this.waiting.get(report.id)?.(report);
        this.waiting.delete(report.id);
      });
    });
  }
}

/** The name of a program. */
export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}
