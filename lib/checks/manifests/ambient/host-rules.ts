import { type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { isForMesh } from '../routing/destinations';
import { isAmbient } from './enrolment';
import { requestPolicyOf } from './layers';

export function isRule({ type }: Resource): boolean {
  return type === Kind.DESTINATION_RULE;
}

export function requestRules(cluster: Cluster): { resource: Resource; hosts: readonly Field[] }[] {
  return [
    ...cluster
      .all(Kind.VIRTUAL_SERVICE)
      .filter(each => isForMesh(each) && ['http', 'tls'].some(protocol => each.spec.get(protocol).items.length > 0))
      .map(resource => ({ resource, hosts: resource.spec.get('hosts').items })),
    ...cluster
      .all(Kind.DESTINATION_RULE)
      .filter(requestPolicyOf)
      .map(resource => ({ resource, hosts: [resource.spec.get('host')] })),
  ];
}

export function ambientServices(
  rule: Resource,
  hosts: readonly Field[],
  cluster: Cluster,
): { at: Field; service: Resource }[] {
  return hosts.flatMap(at =>
    cluster.hosts
      .named(at.text, rule.namespace)
      .map(each => each.resource)
      .filter(service => service.type === Kind.SERVICE && isAmbient(service.namespace, cluster))
      .map(service => ({ at, service })),
  );
}
