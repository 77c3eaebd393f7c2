import { addTo, type Cluster, type Field, Kind, type Resource } from '../../../manifests';
import { problem } from '../check';

export function keyOf(listener: Field): string {
  return ['port', 'protocol', 'hostname'].map(name => listener.get(name).text).join(' ');
}

export function* shared(cluster: Cluster, keysOf: (gateway: Resource) => { at: Field; key: string }[], what: string) {
  const uses = new Map<string, { gateway: Resource; at: Field }[]>();
  for (const gateway of cluster.all(Kind.GATEWAY)) {
    for (const { at, key } of keysOf(gateway)) {
      addTo(uses, key, { gateway, at });
    }
  }
  for (const members of uses.values()) {
    for (const { gateway, at } of members) {
      const others = [...new Set(members.filter(each => each.gateway !== gateway).map(each => each.gateway.key))];
      if (others.length > 0) {
        yield problem(at, `The Gateway ${others.join(' and ')} ${what}.`, 'Use one Gateway, or different values.');
      }
    }
  }
}
