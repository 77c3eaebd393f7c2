import { type Declaring, requireDeclaring } from './declaring';
import { requireImage } from './image';
import type { IService, Replicas } from './references';
import { deploymentName, validateWorkload, type WorkloadProps } from './workload';

/**
 * One version of a service: what differs from the service's own {@link WorkloadProps}; variables are added to the
 * service's.
 */
export interface VersionProps extends WorkloadProps {
  /**
   * The container image.
   * @default - the service's
   */
  readonly image?: string;
}

/** A version of a service. In the cluster: a Deployment `SERVICE-VERSION` whose pods carry the label `version`. */
export class Version {
  /** The name of its Deployment: `SERVICE-VERSION`. */
  readonly deploymentName: string;

  constructor(
    declaring: Declaring,
    /** The service that it is a version of. */
    readonly service: IService,
    /** Its name: the label `version` of its pods. */
    readonly name: string,
    /** The container image; undefined for pods that exist already. */
    readonly image: string | undefined,
    /** How it runs: the service's properties, overridden by its own. */
    readonly workload: WorkloadProps,
  ) {
    requireDeclaring(declaring, 'Version', 'topology.addService(…, { versions: { … } })');
    const path = `${service.path}/${name}`;
    this.deploymentName = deploymentName(path, service.name, name);
    if (image !== undefined) {
      requireImage(path, image);
    }
    validateWorkload(path, workload);
  }

  /** The number of its pods; undefined if they are declared elsewhere. */
  get replicas(): Replicas | undefined {
    const { autoscaling, replicas = 2 } = this.workload;
    return this.service.exists
      ? undefined
      : { least: autoscaling?.min ?? replicas, most: autoscaling?.max ?? replicas };
  }
}
