import { addTo, type Cluster, Kind, namespacesOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { listed } from '../names';

export const addressesRequired: Check = {
  id: 'AddressesRequired',
  severity: Severity.WARNING,
  covers: ['IST0134'],
  summary: 'A ServiceEntry has a TCP port and no addresses',
  explanation: 'Without requests to look at, the address is all that tells one host from another, so the port takes the traffic of every host. Not where proxies give hosts addresses of their own '
    + '(`ISTIO_META_DNS_CAPTURE` with `ISTIO_META_DNS_AUTO_ALLOCATE` or `PILOT_ENABLE_IP_AUTOALLOCATE`).',
  *find(cluster) {
    if (allocatesAddresses(cluster)) {
      return;
    }
    for (const entry of cluster.all(Kind.SERVICE_ENTRY)) {
      if (!entry.spec.get('addresses').exists && entry.root.get('status', 'addresses').items.length === 0) {
        for (const port of entry.spec.get('ports').items.filter(each => ['', 'TCP'].includes(each.get('protocol').text.toUpperCase()))) {
          yield problem(port, `Port ${port.get('number').text} carries TCP, and without addresses it takes what goes to any host on this port.`, 'Give `addresses`, or the protocol that it carries (HTTP, TLS).');
        }
      }
    }
  },
};

export const conflictingEntryProtocols: Check = {
  id: 'ConflictingEntryProtocols',
  severity: Severity.WARNING,
  covers: ['IST0177', 'KIA1212'],
  summary: 'Two ServiceEntries give one port of a host different protocols',
  explanation: 'Which of them counts is not defined. Those that are exported to different namespaces do not meet.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const protocols = [...new Set(members.map(each => each.protocol))];
      const names = namesOf(members);
      for (const { entry } of protocols.length > 1 ? members : []) {
        yield problem(entry.metadata.get('name'), `${names} give port ${port} of ${host} the protocols ${protocols.join(' and ')}.`, 'Declare the port once.');
      }
    }
  },
};

export const repeatedEntry: Check = {
  id: 'RepeatedServiceEntry',
  severity: Severity.WARNING,
  covers: ['KIA1211'],
  summary: 'Two ServiceEntries declare one port of a host',
  explanation: 'Their endpoints are merged as far as they agree; what they say differently (resolution, location) counts for one of them. Where they differ in the protocol, see ConflictingEntryProtocols.',
  *find(cluster) {
    for (const { host, port, members } of meetings(cluster)) {
      const agree = new Set(members.map(each => each.protocol)).size === 1;
      const names = namesOf(members);
      for (const { entry } of agree && new Set(members.map(each => each.entry)).size > 1 ? members : []) {
        yield problem(entry.metadata.get('name'), `${names} declare port ${port} of ${host}.`, 'Put them into one ServiceEntry.');
      }
    }
  },
};

interface Member {
  readonly entry: Resource;
  readonly protocol: string;
}

/** The ports that more than one ServiceEntry declares in sight of some namespace. */
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
