import { join } from 'node:path';
import type { KubeObject } from './api';
import { Controllers } from './controllers';
import type { Lab } from './lab';
import { until } from './wait';

interface RolloutObject extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation: number };
  readonly status?: { readonly phase?: string; readonly observedGeneration?: string; readonly abort?: boolean };
}

interface VirtualServiceObject extends KubeObject {
  readonly spec: { readonly http: readonly { readonly route: readonly { readonly weight?: number }[] }[] };
}

const CONTROLLERS = new Controllers('argo-rollouts', ['github.com/argoproj/argo-rollouts']);

const ROLLOUTS = '/apis/argoproj.io/v1alpha1/namespaces';

/** The controller of Argo Rollouts. */
export class ArgoRollouts {
  /** Applies the definitions of its objects. */
  static async install(lab: Lab): Promise<void> {
    const [module = ''] = CONTROLLERS.download();
    lab.plane.apply('-k', join(module, 'manifests/crds'));
    for (const plural of ['rollouts', 'analysistemplates', 'analysisruns']) {
      // kubectl fails where the definition has no conditions yet.
      await until(`${plural} are established`, () =>
        lab.plane.kubectl('wait', '--for=condition=Established', '--timeout=60s', `crd/${plural}.argoproj.io`),
      );
    }
  }

  /** Builds it if it is not there, and starts it. */
  static async start(lab: Lab): Promise<ArgoRollouts> {
    await ArgoRollouts.install(lab);
    CONTROLLERS.build(lab);
    await lab.plane.api.post('/api/v1/namespaces', { metadata: { name: 'argo-rollouts' } });
    lab.processes.start('rollouts-controller', lab.tools.path('rollouts-controller'), [
      `--kubeconfig=${lab.plane.kubeconfig}`,
      '--namespace=argo-rollouts',
      '--leader-elect=false',
      '--healthzPort=18080',
      '--metricsPort=18090',
    ]);
    return new ArgoRollouts(lab);
  }

  private constructor(private readonly lab: Lab) {}

  /** Waits until the controller has read the Rollout as it is and brought it to that phase. */
  async isIn(phase: 'Healthy' | 'Progressing' | 'Degraded', namespace: string, name: string): Promise<void> {
    await until(
      `Rollout ${namespace}/${name} is ${phase}`,
      async () => {
        const { metadata, status } = await this.lab.plane.api.get<RolloutObject>(
          `${ROLLOUTS}/${namespace}/rollouts/${name}`,
        );
        return status?.phase === phase && status.observedGeneration === String(metadata.generation);
      },
      300,
    );
  }

  /** Waits until all rules of a VirtualService have these weights, of old and new pods. */
  async hasWeights(namespace: string, name: string, weights: readonly number[]): Promise<void> {
    await until(
      `the weights of ${namespace}/${name} are ${weights.join(' and ')}`,
      async () => {
        const { spec } = await this.lab.plane.api.get<VirtualServiceObject>(
          `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}`,
        );
        return spec.http.every(({ route }) => route.every(({ weight = 0 }, index) => weight === weights[index]));
      },
      120,
    );
  }

  /** The phases of all analyses, the oldest first. */
  async analyses(namespace: string): Promise<string[]> {
    const runs = await this.lab.plane.api.list<RolloutObject & { metadata: { creationTimestamp: string } }>(
      `${ROLLOUTS}/${namespace}/analysisruns`,
    );
    return runs
      .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))
      .map(({ status }) => status?.phase ?? '');
  }
}
