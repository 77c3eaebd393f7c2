import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { AccessMode, type Version, volumesOfPod } from '../../topology';

/** The PersistentVolumeClaims of a version's own volumes. */
export function renderClaims(scope: Construct, { name, deploymentName, service, workload }: Version): void {
  for (const { name: volume, ownClaim } of volumesOfPod(service.path, workload)) {
    if (ownClaim) {
      const { storage, accessMode = AccessMode.READ_WRITE_ONCE, storageClassName } = ownClaim;
      new k8s.KubePersistentVolumeClaim(scope, `${name}-${volume}-claim`, {
        metadata: { name: `${deploymentName}-${volume}`, namespace: service.namespace },
        spec: {
          accessModes: [accessMode],
          resources: { requests: { storage: k8s.Quantity.fromString(storage) } },
          storageClassName,
        },
      });
    }
  }
}
