import { addTo, type Cluster, Kind, namespacesOf, type Resource } from '../../../manifests';
import { listed } from '../names';

interface Member {
  readonly entry: Resource;
  readonly protocol: string;
}

/** The ports that more than one ServiceEntry declares, visible in a common namespace. */
export function meetings(cluster: Cluster): { host: string; port: string; members: Member[] }[] {
  const byPort = new Map<string, Map<string, Member[]>>();
  for (const entry of cluster.all(Kind.SERVICE_ENTRY)) {
    for (const host of entry.spec.get('hosts').texts) {
      for (const port of entry.spec.get('ports').items) {
        const key = `${host} ${port.get('number').text}`;
        const scopes = byPort.get(key) ?? new Map<string, Member[]>();
        byPort.set(key, scopes);
        for (const scope of namespacesOf(entry.spec.get('exportTo').texts, entry.namespace)) {
          addTo(scopes, scope, { entry, protocol: port.get('protocol').text.toUpperCase() });
        }
      }
    }
  }
  return [...byPort].flatMap(([key, scopes]) => {
    const [host = '', port = ''] = key.split(' ');
    const everywhere = scopes.get('*') ?? [];
    return [...scopes]
      .map(([scope, members]) => ({ host, port, members: scope === '*' ? members : [...members, ...everywhere] }))
      .filter(each => each.members.length > 1);
  });
}

export function namesOf(members: readonly Member[]): string {
  return listed([...new Set(members.map(each => each.entry.key))].sort());
}
