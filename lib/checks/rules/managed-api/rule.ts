import { CLOUDFORMATION, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { checkTemplate, type CloudResource } from '../../templates';

export const rule: Check = {
  id: 'ManagedApi',
  severity: Severity.ERROR,
  covers: [],
  summary: 'A managed API of a template that AWS rejects, or that does not behave as declared',
  explanation:
    'Quotas, names and formats of HTTP APIs and REST APIs that neither CloudFormation nor its linters '
    + 'validate before deployment.',
  *find(cluster) {
    for (const [, resources] of byTemplate(cluster.resources)) {
      const template = Object.fromEntries(
        [...resources].map(([id, { kind, root }]): [string, CloudResource] => [
          id,
          {
            Type: kind,
            Properties: Object.fromEntries(root.get('Properties').entries.map(([name, field]) => [name, field.value])),
          },
        ]),
      );
      for (const { path, message, fix } of checkTemplate({ Resources: template })) {
        const at = resources.get(path) ?? [...resources.values()][0];
        if (at) {
          yield problem(at.root, message, fix);
        }
      }
    }
  },
};

/** The resources of each template by their logical ids. */
function byTemplate(resources: readonly Resource[]): Map<string, Map<string, Resource>> {
  const templates = new Map<string, Map<string, Resource>>();
  for (const resource of resources.filter(each => each.object.apiVersion === CLOUDFORMATION)) {
    const file = resource.origin?.source.file ?? '';
    const members = templates.get(file) ?? new Map<string, Resource>();
    members.set(resource.name, resource);
    templates.set(file, members);
  }
  return templates;
}
