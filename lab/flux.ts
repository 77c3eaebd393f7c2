import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '../lib/analysis';
import type { KubeObject } from './api';
import { Controllers } from './controllers';
import { GitServer } from './git-server';
import type { Lab } from './lab';
import { HOST } from './network';
import { until } from './wait';

/** The folder of the repository that Flux applies. */
export const DEPLOYED = 'deployed';

const NAMESPACE = 'flux-system';
const SOURCES = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/gitrepositories`;
export const KUSTOMIZATIONS = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/kustomizations`;

const PORTS = { git: 9700, artifacts: 9701, sourceHealth: 9702, kustomizeHealth: 9703 };

const CONTROLLERS = new Controllers('flux', [
  'github.com/fluxcd/source-controller',
  'github.com/fluxcd/kustomize-controller',
]);

/** A Kustomization of Flux as it is in the cluster. */
export interface Kustomization extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
  };
}

/** The condition `Ready` of a Kustomization. */
export function readinessOf({ status }: Kustomization) {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** The source-controller and the kustomize-controller of Flux, and the repository that they read. */
export class Flux {
  /** Builds the controllers if they are not there, and starts them. */
  static async start(lab: Lab): Promise<Flux> {
    for (const module of CONTROLLERS.download()) {
      lab.plane.apply('-f', join(module, 'config/crd/bases'));
    }
    CONTROLLERS.build(lab);
    await lab.plane.api.post('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    return new Flux(lab, await GitServer.start(join(lab.folder, 'git'), HOST, PORTS.git));
  }

  private readonly controllers: readonly ChildProcess[];

  private constructor(
    private readonly lab: Lab,
    private readonly repository: GitServer,
  ) {
    const artifacts = join(lab.folder, 'artifacts');
    mkdirSync(artifacts);
    this.controllers = [
      this.startController('source-controller', PORTS.sourceHealth, [
        `--storage-path=${artifacts}`,
        `--storage-addr=${HOST}:${PORTS.artifacts}`,
        `--storage-adv-addr=${HOST}:${PORTS.artifacts}`,
      ]),
      this.startController('kustomize-controller', PORTS.kustomizeHealth, [
        '--requeue-dependency=1s',
        '--feature-gates=CancelHealthCheckOnNewRevision=true',
      ]),
    ];
  }

  /** Commits the first files, and has Flux apply the repository from now on. Returns the revision. */
  begin(files: Files): string {
    const revision = this.repository.commit(DEPLOYED, files);
    const metadata = { name: NAMESPACE, namespace: NAMESPACE };
    this.lab.applyObjects('flux', [
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata,
        spec: { interval: '1h', url: this.repository.url, ref: { branch: 'main' } },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata,
        spec: {
          interval: '1h',
          path: `./${DEPLOYED}/kustomizations`,
          prune: true,
          sourceRef: { kind: 'GitRepository', name: NAMESPACE },
        },
      },
    ]);
    return revision;
  }

  /** Commits the files in place of those before, and returns the revision. */
  commit(files: Files): Promise<string> {
    return this.fetched(this.repository.commit(DEPLOYED, files));
  }

  /** Reverts the last commit, and returns the revision. */
  revert(): Promise<string> {
    return this.fetched(this.repository.revert());
  }

  kustomizations(): Promise<Kustomization[]> {
    return this.lab.plane.api.list(KUSTOMIZATIONS);
  }

  /** Waits until all Kustomizations are ready with that revision. */
  async isReadyAt(revision: string): Promise<void> {
    await until(
      `Flux has applied ${revision}`,
      async () => {
        const all = await this.kustomizations();
        const pending = all.filter(
          each => readinessOf(each)?.status !== 'True' || each.status?.lastAppliedRevision !== revision,
        );
        if (pending.length > 0) {
          throw new Error(pending.map(each => `${each.metadata.name}: ${readinessOf(each)?.message}`).join('; '));
        }
        return all.length > 1;
      },
      300,
    );
  }

  /** Asks for a reconciliation before the interval ends, as `flux reconcile kustomization` does. */
  async reconcile(name: string, at: string): Promise<void> {
    await this.lab.plane.api.patch(`${KUSTOMIZATIONS}/${name}`, requestedAt(at));
  }

  /** Has Flux delete all that it applied, and stops it. */
  async remove(): Promise<void> {
    await this.lab.plane.api.delete(`${KUSTOMIZATIONS}/${NAMESPACE}`);
    await until('Flux has deleted what it applied', async () => (await this.kustomizations()).length === 0, 300);
    this.controllers.forEach(each => this.lab.processes.stop(each));
    this.repository.stop();
  }

  /** Has the source-controller fetch a revision before the interval ends, as `flux reconcile source git` does. */
  private async fetched(revision: string): Promise<string> {
    await this.lab.plane.api.patch(`${SOURCES}/${NAMESPACE}`, requestedAt(revision));
    return revision;
  }

  private startController(name: string, health: number, args: readonly string[]): ChildProcess {
    return this.lab.processes.start(
      name,
      this.lab.tools.path(name),
      [`--health-addr=${HOST}:${health}`, '--metrics-addr=0', '--enable-leader-election=false', ...args],
      { env: { KUBECONFIG: this.lab.plane.kubeconfig, RUNTIME_NAMESPACE: NAMESPACE } },
    );
  }
}

function requestedAt(text: string): object {
  return { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': text } } };
}
