import { hostsMeet } from '../../../manifests';
import type { Cluster } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';
import { type Server, serversByPort, sharePods } from './servers';

export const conflictingGateways: Check = {
  id: 'ConflictingGateways',
  severity: Severity.ERROR,
  covers: ['IST0145', 'KIA0301'],
  summary: 'Two Gateways open one port for one host at the same pods',
  explanation: 'One of them counts, and the settings of the other (TLS, redirects) are lost.',
  *find(cluster) {
    yield* rivalry(cluster, (one, other) => one === other,
      server => `opens port ${server.port} for ${server.hosts.join(', ')} at these pods too`, 'Put the servers into one Gateway, or give them hosts of their own.');
  },
};

export const overlappingGateways: Check = {
  id: 'OverlappingGateways',
  severity: Severity.INFO,
  covers: ['KIA0301'],
  summary: 'Two Gateways open one port at the same pods for hosts of which one covers the other',
  explanation: 'The more specific host counts for its requests. That is often meant; where it is not, a host that was added elsewhere takes requests away.',
  *find(cluster) {
    yield* rivalry(cluster, (one, other) => one !== other && hostsMeet(one, other),
      server => `opens port ${server.port} for hosts that overlap with ${server.hosts.join(', ')}`, 'Name the hosts in one Gateway, if the overlap is not meant.');
  },
};

function* rivalry(cluster: Cluster, meet: (one: string, other: string) => boolean, what: (server: Server) => string, remedy: string): Iterable<Problem> {
  for (const [port, servers] of serversByPort(cluster)) {
    for (const server of port === '' ? [] : servers) {
      const rivals = servers.filter(other => other.gateway !== server.gateway && other.bind === server.bind
        && server.hosts.some(host => other.hosts.some(each => meet(host, each))) && sharePods(server, other, cluster));
      if (rivals.length > 0) {
        yield problem(server.at.get('hosts'), `${[...new Set(rivals.map(each => each.gateway.key))].join(' and ')} ${what(server)}.`, remedy);
      }
    }
  }
}
