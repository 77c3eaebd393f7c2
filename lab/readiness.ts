import type { KubeObject } from './api';
import type { Lab } from './lab';
import { until } from './wait';

interface DeploymentObject extends KubeObject {
  readonly spec: { readonly replicas: number };
}

type PodStatus = KubeObject & {
  readonly status: { readonly conditions?: { readonly type: string; readonly status: string }[] };
};

/** Waits until a namespace has the ready replicas of its Deployments, including those of the given gateways. */
export async function podsAreReady(
  { plane: { api }, kubelet }: Lab,
  namespace: string,
  gateways: readonly string[],
): Promise<void> {
  for (const gateway of gateways) {
    await until(`istiod has made the gateway ${gateway}`, () =>
      api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${gateway}-istio`),
    );
  }
  await until(
    `the pods of ${namespace} are ready`,
    async () => {
      const deployments = await api.list<DeploymentObject>(`/apis/apps/v1/namespaces/${namespace}/deployments`);
      kubelet.requireNoFailure(namespace);
      const pods = (await api.list<PodStatus>(`/api/v1/namespaces/${namespace}/pods`)).filter(
        pod => !pod.metadata.deletionTimestamp,
      );
      const ready = pods.filter(pod =>
        pod.status.conditions?.some(each => each.type === 'Ready' && each.status === 'True'),
      );
      const wanted = deployments.reduce((sum, each) => sum + each.spec.replicas, 0);
      return pods.length === wanted && ready.length === wanted;
    },
    240,
  );
}
