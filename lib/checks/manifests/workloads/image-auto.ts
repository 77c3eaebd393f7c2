import type { Field, Workload } from '../../../manifests';

export function autoImages(workload: Workload): Field[] {
  return workload.pod
    .get('containers')
    .items.filter(each => each.get('name').text === 'istio-proxy' && each.get('image').text === 'auto')
    .map(each => each.get('image'));
}
