import type { Autoscaling } from './autoscaling';
import type { ContainerProps } from './container';
import type { FurtherContainer, InitContainer } from './further-containers';
import type { Metadata } from './metadata';
import type { PodProps } from './pod';
import type { ProxyProps } from './proxy';
import type { Rollout } from './rollout';
import type { Scheduling } from './scheduling';

/** Properties of a workload; each version of a service may differ. Those of its container come first. */
export interface WorkloadProps extends ContainerProps {
  /**
   * The number of pods.
   * @default 2
   */
  readonly replicas?: number;
  /** @default - a fixed number of replicas */
  readonly autoscaling?: Autoscaling;
  /**
   * How new pods replace old ones.
   * @default - a rolling update of a quarter of the pods
   */
  readonly rollout?: Rollout;
  /**
   * Further labels and annotations of the Deployment.
   * @default - none
   */
  readonly metadata?: Metadata;
  /**
   * Further labels and annotations of the pods.
   * @default - none
   */
  readonly podMetadata?: Metadata;
  /**
   * Settings of the pod that its containers share.
   * @default - those of Kubernetes
   */
  readonly pod?: PodProps;
  /**
   * The nodes that the pods run on.
   * @default - any, spread over zones and nodes
   */
  readonly scheduling?: Scheduling;
  /**
   * Containers that run before the others, and native sidecars, in the order of their start.
   * @default - none
   */
  readonly initContainers?: InitContainer[];
  /**
   * Containers beside that of the service.
   * @default - none
   */
  readonly containers?: FurtherContainer[];
  /**
   * Settings of the proxy beside the containers. A target without proxies in pods rejects them.
   * @default - those of the installation
   */
  readonly proxy?: ProxyProps;
}
