import { addTo, type Cluster, Kind, namespacesOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';

export const addressesRequired: Check = {
  id: 'AddressesRequired',
  severity: Severity.WARNING,
  covers: ['IST0134'],
  summary: 'A ServiceEntry has a TCP port and no addresses',
  explanation: 'TCP has no host header, so only the address distinguishes hosts, and without one the port matches the traffic of every host. Does not apply where proxies allocate addresses for hosts '
    + '(`ISTIO_META_DNS_CAPTURE` with `ISTIO_META_DNS_AUTO_ALLOCATE` or `PILOT_ENABLE_IP_AUTOALLOCATE`).',
  *find(cluster) {
    if (allocatesAddresses(cluster)) {
      return;
    }
    for (const entry of cluster.all(Kind.SERVICE_ENTRY)) {
      if (!entry.spec.get('addresses').exists && entry.root.get('status', 'addresses').items.length === 0) {
        for (const port of entry.spec.get('ports').items.filter(each => ['', 'TCP'].includes(each.get('protocol').text.toUpperCase()))) {
          yield problem(port, `Port ${port.get('number').text} carries TCP, and without addresses it matches traffic for any host on this port.`, 'Set `addresses`, or a protocol with a host (HTTP, TLS).');
        }
      }
    }
  },
};

export const conflictingEntryProtocols: Check = {
  id: 'ConflictingEntryProtocols',
  severity: Severity.WARNING,
  covers: ['IST0177', 'KIA1212'],
  summary: 'Two ServiceEntries declare the same port of a host with different protocols',
  explanation: 'Which protocol applies is undefined. ServiceEntries exported to different namespaces do not conflict.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const protocols = [...new Set(members.map(each => each.protocol))];
      const names = namesOf(members);
      for (const { entry } of protocols.length > 1 ? members : []) {
        yield problem(entry.metadata.get('name'), `${names} declare port ${port} of ${host} with the protocols ${protocols.join(' and ')}.`, 'Declare the port once.');
      }
    }
  },
};

export const repeatedEntry: Check = {
  id: 'RepeatedServiceEntry',
  severity: Severity.WARNING,
  covers: ['KIA1211'],
  summary: 'Two ServiceEntries declare the same port of a host',
  explanation: 'Istio merges their endpoints; of settings that differ (resolution, location) only one applies. For different protocols see ConflictingEntryProtocols.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const agree = new Set(members.map(each => each.protocol)).size === 1;
      const names = namesOf(members);
      for (const { entry } of agree && new Set(members.map(each => each.entry)).size > 1 ? members : []) {
        yield problem(entry.metadata.get('name'), `${names} declare port ${port} of ${host}.`, 'Merge them into one ServiceEntry.');
      }
    }
  },
};

interface Member {
  readonly entry: Resource;
  readonly protocol: string;
}

/** The ports that more than one ServiceEntry declares, visible in a common namespace. */
function meetings(cluster: Cluster): { host: string; port: string; members: Member[] }[] {
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
    return [...scopes].map(([scope, members]) => ({ host, port, members: scope === '*' ? members : [...members, ...everywhere] })).filter(each => each.members.length > 1);
  });
}

function namesOf(members: readonly Member[]): string {
  return listed([...new Set(members.map(each => each.entry.key))].sort());
}

function allocatesAddresses(cluster: Cluster): boolean {
  const metadata = cluster.mesh.get('defaultConfig', 'proxyMetadata')?.strings ?? {};
  return metadata.ISTIO_META_DNS_CAPTURE === 'true' && (metadata.ISTIO_META_DNS_AUTO_ALLOCATE === 'true' || metadata.PILOT_ENABLE_IP_AUTOALLOCATE === 'true');
}
