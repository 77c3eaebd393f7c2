import { type Cluster, hostsMeet } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { type Server, serversByPort, sharePods } from './servers';

export const conflictingGateways: Check = {
  id: 'ConflictingGateways',
  severity: Severity.ERROR,
  covers: ['IST0145', 'KIA0301'],
  summary: 'Two Gateways open one port for one host at the same pods',
  explanation: 'One of them counts, and the settings of the other (TLS, redirects) are lost.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      const byHost = new Map<string, Server[]>();
      servers.forEach(server => server.hosts.forEach(host => {
        byHost.set(host, [...byHost.get(host) ?? [], server]);
      }));
      for (const server of servers) {
        const rivals = server.hosts.flatMap(host => byHost.get(host) ?? []).filter(other => isRival(server, other, cluster));
        if (rivals.length > 0) {
          yield problem(server.at.get('hosts'), `${namesOf(rivals)} opens port ${server.port} for ${server.hosts.join(', ')} at these pods too.`, 'Put the servers into one Gateway, or give them hosts of their own.');
        }
      }
    }
  },
};

export const overlappingGateways: Check = {
  id: 'OverlappingGateways',
  severity: Severity.INFO,
  covers: ['KIA0301'],
  summary: 'Two Gateways open one port at the same pods for hosts of which one covers the other',
  explanation: 'The more specific host counts for its requests. That is often meant; where it is not, a host that was added elsewhere takes requests away.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      for (const wide of servers.filter(each => each.hosts.some(host => host.startsWith('*')))) {
        const patterns = wide.hosts.filter(host => host.startsWith('*'));
        const rivals = servers.filter(other => other.hosts.some(host => patterns.some(each => each !== host && hostsMeet(each, host))) && isRival(wide, other, cluster));
        if (rivals.length > 0) {
          yield problem(wide.at.get('hosts'), `${namesOf(rivals)} opens port ${wide.port} at these pods for hosts that ${patterns.join(', ')} covers.`, 'Name the hosts in one Gateway, if the overlap is not meant.');
        }
      }
    }
  },
};

function isRival(server: Server, other: Server, cluster: Cluster): boolean {
  return other.gateway !== server.gateway && other.bind === server.bind && sharePods(server, other, cluster);
}

function namesOf(servers: readonly Server[]): string {
  return [...new Set(servers.map(each => each.gateway.key))].join(' and ');
}
