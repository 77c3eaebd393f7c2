import { isDeepStrictEqual } from 'node:util';
import type { Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { listed } from '../../manifests/names';

export const rule: Check = {
  id: 'RepeatedObject',
  severity: Severity.WARNING,
  covers: [],
  summary: 'Two objects have the same kind, namespace and name',
  explanation:
    'Applied together, the last one silently overwrites the others: it counts, and they are not checked. Folders such '
    + 'as dev and prod with the same objects are clusters of their own, and equal objects change nothing. In several '
    + 'files '
    + 'it is a note: they may be alternatives of which one is applied.',
  *find(cluster) {
    for (const namesakes of cluster.namesakes) {
      const [last, ...others] = [...namesakes].reverse();
      const overwritten = others.filter(each => !isDeepStrictEqual(each.object, last?.object)).reverse();
      if (last && overwritten.length > 0) {
        const isOfOneFile = overwritten.some(each => fileOf(each) === fileOf(last));
        const found = problem(
          last.metadata.get('name'),
          `This ${last.kind} is applied last of ${overwritten.length + 1} with its name, so it counts, and overwrites `
            + `${listed(overwritten.map(placeOf))}.`,
          isOfOneFile
            ? 'Remove one of them, or rename it.'
            : 'If the files are alternatives, check each in a folder of its own.',
        );
        yield isOfOneFile ? found : { ...found, severity: Severity.INFO };
      }
    }
  },
};

function fileOf({ origin }: Resource): string | undefined {
  return origin?.source.file;
}

function placeOf(resource: Resource): string {
  const place = resource.locate(['metadata', 'name']);
  return place?.file === undefined ? 'the one before it' : `that of ${place.file}, line ${place.line}`;
}
