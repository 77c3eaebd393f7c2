import { addTo, type Cluster, hostsMeet } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';
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
      servers.forEach(server => new Set(server.hosts).forEach(host => addTo(byHost, host, server)));
      for (const server of servers) {
        const rivals = fewOf(rivalsOf(server, [...new Set(server.hosts)].map(host => byHost.get(host) ?? []), cluster));
        if (rivals.length > 0) {
          yield problem(server.at.get('hosts'), `${listed(rivals)} ${rivals.length > 1 ? 'open' : 'opens'} port ${server.port} for ${listed(server.hosts)} at these pods too.`, 'Put the servers into one Gateway, or give them hosts of their own.');
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
        const rivals = fewOf(rivalsOf(wide, [servers], cluster, other => other.hosts.some(host => patterns.some(each => each !== host && hostsMeet(each, host)))));
        if (rivals.length > 0) {
          yield problem(wide.at.get('hosts'), `${listed(rivals)} ${rivals.length > 1 ? 'open' : 'opens'} port ${wide.port} at these pods for hosts that ${patterns.join(', ')} covers.`, 'Name the hosts in one Gateway, if the overlap is not meant.');
        }
      }
    }
  },
};

function* rivalsOf(server: Server, groups: readonly (readonly Server[])[], cluster: Cluster, meets: (other: Server) => boolean = () => true): Iterable<string> {
  for (const group of groups) {
    for (const other of group) {
      if (other.gateway !== server.gateway && other.bind === server.bind && meets(other) && sharePods(server, other, cluster)) {
        yield other.gateway.key;
      }
    }
  }
}
