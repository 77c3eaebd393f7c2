import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { autoImages } from '../../manifests/workloads/image-auto';

export const rule: Check = {
  id: 'ImageAutoPod',
  severity: Severity.ERROR,
  covers: ['IST0147'],
  summary: 'A Pod has the proxy image `auto`',
  explanation:
    'The injector replaces it when a Pod is created; a Pod that still has it was not injected and cannot '
    + 'pull the image.',
  *find(cluster) {
    for (const workload of cluster.workloads.all.filter(each => each.resource.type === Kind.POD)) {
      for (const image of autoImages(workload)) {
        yield problem(
          image,
          'The injector has not replaced the image `auto`, which does not exist.',
          'Create the Pod in a namespace with injection, or through a Deployment there.',
        );
      }
    }
  },
};
