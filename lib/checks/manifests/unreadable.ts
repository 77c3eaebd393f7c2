import { type ManifestError, Resource, Source } from '../../manifests';
import { Severity } from '../finding';
import { type Check, problem } from './check';

/** What is found where a file of a folder is meant as a manifest and cannot be read. */
export const UNREADABLE_MANIFEST: Omit<Check, 'find'> = {
  id: 'UnreadableManifest',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A manifest in a folder cannot be read',
  explanation:
    'It has apiVersion and kind, and is not YAML, or has no name; or it is a link that leads out of the folder, or no '
    + 'regular file. kubectl rejects it too, and the other manifests are checked without its objects. Files that are '
    + 'no manifests are skipped instead, and files that are named on the command line end the run.',
};

/** The check that reports such files, each as an object of kind File. */
export function unreadableManifests(errors: readonly ManifestError[]): Check {
  return {
    ...UNREADABLE_MANIFEST,
    find: () =>
      errors.map(({ file, line, problem: reason }) => {
        const object = { apiVersion: 'cardinal.cdk8s.io/v1', kind: 'File', metadata: { name: file } };
        const { root } = new Resource(object, { source: new Source(file, '', line), path: [] }, '');
        return problem(root, reason, 'Its objects are not checked.');
      }),
  };
}
