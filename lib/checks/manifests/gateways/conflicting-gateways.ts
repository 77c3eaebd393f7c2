import { addTo, type Cluster, hostsMeet } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';
import { type Server, type ServerHost, serversByPort, sharePods, shareScope } from './servers';

export const conflictingGateways: Check = {
  id: 'ConflictingGateways',
  severity: Severity.ERROR,
  covers: ['IST0145', 'KIA0301'],
  summary: 'Two Gateway servers have the same port and host on the same pods',
  explanation: 'Only one of them applies, and the settings of the other (TLS, redirects) are ignored. Hosts for VirtualServices of different namespaces do not conflict.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      const byHost = new Map<string, { server: Server; host: ServerHost }[]>();
      servers.forEach(server => server.hosts.forEach(host => addTo(byHost, host.name, { server, host })));
      const sharingHost = (server: Server) => server.hosts.flatMap(host => (byHost.get(host.name) ?? []).filter(each => shareScope(each.host, host)).map(each => each.server));
      for (const server of servers) {
        const meeting = sharingHost(server);
        const rivals = fewOf(namesOf(rivalsOf(server, meeting, cluster)));
        if (rivals.length > 0) {
          const isWrittenAlike = !rivalsOf(server, meeting.filter(other => other.gateway !== server.gateway && haveText(server, other)), cluster).next().done;
          yield problem(server.at.get('hosts'), `${listed(rivals)} also ${rivals.length > 1 ? 'have' : 'has'} a server on port ${server.port} for ${listed(server.at.get('hosts').texts)} on these pods.`, 'Merge the servers into one Gateway, or use different hosts.',
            isWrittenAlike ? undefined : ['KIA0301']);
        }
      }
    }
  },
};

export const overlappingGateways: Check = {
  id: 'OverlappingGateways',
  severity: Severity.INFO,
  covers: ['KIA0301'],
  summary: 'Gateway servers with the same port and pods have overlapping hosts',
  explanation: 'The more specific host receives its requests. That is often intended; where it is not, a host added elsewhere diverts requests. Hosts of one Gateway are compared too.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      for (const wide of servers) {
        const patterns = wide.hosts.filter(each => each.name.startsWith('*'));
        const isCovered = (other: Server) => other.hosts.some(host => patterns.some(each => each.name !== host.name && shareScope(each, host) && hostsMeet(each.name, host.name)));
        const rivals = patterns.length === 0 ? [] : [...isCovered(wide) ? [wide.gateway.key] : [], ...fewOf(namesOf(rivalsOf(wide, servers, cluster, isCovered)))];
        if (rivals.length > 0) {
          yield problem(wide.at.get('hosts'), `${listed([...new Set(rivals)])} ${rivals.length > 1 ? 'have' : 'has'} servers on port ${wide.port} of these pods for hosts that ${listed(patterns.map(each => each.name))} covers.`, 'List the hosts in one Gateway, if the overlap is not intended.');
        }
        const twice = wide.hosts.find((host, index) => wide.hosts.slice(0, index).some(each => each.name === host.name && shareScope(each, host)));
        if (twice) {
          yield problem(wide.at.get('hosts'), `The server lists the host ${twice.name} twice.`, 'List it once.');
        }
      }
    }
  },
};

function* rivalsOf(server: Server, others: readonly Server[], cluster: Cluster, overlaps: (other: Server) => boolean = () => true): Generator<Server> {
  for (const other of others) {
    if (other !== server && other.bind === server.bind && overlaps(other) && (other.gateway === server.gateway || sharePods(server, other, cluster))) {
      yield other;
    }
  }
}

/** Whether two servers have a literally equal host, including its namespace, which is what istioctl compares. */
function haveText(one: Server, other: Server): boolean {
  const texts = one.at.get('hosts').texts;
  return other.at.get('hosts').texts.some(each => texts.includes(each));
}

function* namesOf(servers: Iterable<Server>): Generator<string> {
  for (const { gateway } of servers) {
    yield gateway.key;
  }
}
