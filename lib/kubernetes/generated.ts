import type { ApiObject, GroupVersionKind } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';

/** A class of objects of one kind. */
export type ObjectClass<Props> = new (scope: Construct, id: string, props: Props) => ApiObject;

/** A class of cdk8s-plus, which is larger than this library, so that it is loaded for the first construct. */
export interface GeneratedClass<Props> {
  readonly GVK: GroupVersionKind;
  readonly load: () => ObjectClass<Props>;
}

/** The kinds of Kubernetes that most topologies have. */
export const NAMESPACE = generated('v1', 'Namespace', () => k8s.KubeNamespace);
export const SERVICE_ACCOUNT = generated('v1', 'ServiceAccount', () => k8s.KubeServiceAccount);
export const SERVICE = generated('v1', 'Service', () => k8s.KubeService);
export const DEPLOYMENT = generated('apps/v1', 'Deployment', () => k8s.KubeDeployment);
export const NETWORK_POLICY = generated('networking.k8s.io/v1', 'NetworkPolicy', () => k8s.KubeNetworkPolicy);
export const DISRUPTION_BUDGET = generated('policy/v1', 'PodDisruptionBudget', () => k8s.KubePodDisruptionBudget);
export const AUTOSCALER = generated(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  () => k8s.KubeHorizontalPodAutoscalerV2,
);

function generated<Props>(apiVersion: string, kind: string, load: () => ObjectClass<Props>): GeneratedClass<Props> {
  return { GVK: { apiVersion, kind }, load };
}

/** A number or a text, as the properties of these classes have it. */
export class IntOrString implements k8s.IntOrString {
  constructor(readonly value: number | string) {}
}
