import { ValidationError } from '../../topology';
import type { MeshSettings } from './mesh-settings';

/** Rejects names of revisions and tags that are no part of a name, and a tag that is given twice or is the revision. */
export function validateRevision({ revision = 'default', revisionTags = [] }: MeshSettings): void {
  for (const name of [revision, ...revisionTags]) {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      throw new ValidationError({
        code: 'InvalidName',
        path: 'IstioInstallation',
        summary: `${JSON.stringify(name)} cannot be the name of a revision or a tag: objects have it in their names.`,
        fix: 'Use lower-case letters, digits and "-", such as 1-30.',
      });
    }
  }
  const twice = revisionTags.find((each, index) => each === revision || revisionTags.indexOf(each) !== index);
  if (twice !== undefined) {
    throw new ValidationError({
      code: 'Duplicate',
      path: 'IstioInstallation',
      summary: `The tag ${twice} is given twice, or is the revision: two webhooks would inject the same pods.`,
      fix: 'Give each tag once, with a name that is not a revision.',
    });
  }
}
