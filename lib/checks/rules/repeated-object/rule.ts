import { addTo, CLOUDFORMATION, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RepeatedObject',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Two objects have the same kind, namespace and name',
  explanation:
    'Applied together, the last one silently overwrites the others. All of them are checked, so other '
    + 'findings may be about an overwritten one.',
  *find(cluster) {
    const byIdentity = new Map<string, Resource[]>();
    for (const resource of cluster.resources.filter(
      each => each.object.apiVersion !== CLOUDFORMATION && each.object.metadata.name !== undefined,
    )) {
      addTo(byIdentity, `${resource.type} ${resource.key}`, resource);
    }
    for (const namesakes of byIdentity.values()) {
      for (const each of namesakes.length > 1 ? namesakes : []) {
        const other = namesakes.find(namesake => namesake !== each);
        yield problem(
          each.metadata.get('name'),
          `Another ${each.kind} of this name is ${placeOf(other)}, and one of them overwrites the other.`,
          'Remove one of them, or rename it.',
        );
      }
    }
  },
};

function placeOf(resource: Resource | undefined): string {
  const place = resource?.locate(['metadata', 'name']);
  return place?.file === undefined ? 'declared elsewhere' : `in ${place.file}, line ${place.line}`;
}
