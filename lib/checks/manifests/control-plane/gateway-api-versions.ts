import type { Resource } from '../../../manifests';

export const GROUP = 'gateway.networking.k8s.io';

export function gatewayApiDefinitions(definitions: readonly Resource[], kinds: readonly string[]): Resource[] {
  return definitions.filter(
    each => each.spec.get('group').text === GROUP && kinds.includes(each.spec.get('names', 'kind').text),
  );
}

export function served(definition: Resource): string[] {
  return definition.spec
    .get('versions')
    .items.filter(each => each.get('served').isTrue)
    .map(each => each.get('name').text);
}
