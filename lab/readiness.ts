import { basename, dirname } from 'node:path/posix';
import type { KubeObject } from './api';
import type { Lab } from './lab';
import { until } from './wait';

interface Controller extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly suspend?: boolean };
  readonly status?: { readonly desiredNumberScheduled?: number; readonly completionTime?: string };
}

type GatewayObject = KubeObject & { readonly spec: { readonly gatewayClassName: string } };

type PodStatus = KubeObject & {
  readonly status: {
    readonly phase?: string;
    readonly conditions?: { readonly type: string; readonly status: string }[];
  };
};

/**
 * Waits until a namespace has the ready pods of its workloads, including those of the given gateways. Of Jobs, those
 * that are not complete have one.
 */
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
  const waypoints = (
    await api.list<GatewayObject>(`/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/gateways`)
  ).filter(each => each.spec.gatewayClassName === 'istio-waypoint');
  for (const { metadata } of waypoints) {
    await until(`istiod has made the waypoint ${metadata.name}`, () =>
      api.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${metadata.name}`),
    );
  }
  await until(
    `the pods of ${namespace} are ready`,
    async () => {
      const controllers = (
        await Promise.all(
          ['apps/v1/deployments', 'apps/v1/statefulsets', 'apps/v1/daemonsets', 'batch/v1/jobs'].map(kind =>
            api.list<Controller>(`/apis/${dirname(kind)}/namespaces/${namespace}/${basename(kind)}`),
          ),
        )
      ).flat();
      kubelet.requireNoFailure(namespace);
      const pods = (await api.list<PodStatus>(`/api/v1/namespaces/${namespace}/pods`)).filter(
        pod => !pod.metadata.deletionTimestamp && pod.status.phase !== 'Succeeded',
      );
      const ready = pods.filter(pod =>
        pod.status.conditions?.some(each => each.type === 'Ready' && each.status === 'True'),
      );
      const wanted = controllers.reduce((sum, each) => sum + podsOf(each), 0);
      return pods.length === wanted && ready.length === wanted;
    },
    240,
  );
}

function podsOf({ spec, status }: Controller): number {
  return spec.replicas ?? status?.desiredNumberScheduled ?? (spec.suspend || status?.completionTime ? 0 : 1);
}
