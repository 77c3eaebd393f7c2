import { addTo, type Cluster, hostsMeet } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { fewOf, listed } from '../names';
import { type Server, type ServerHost, serversByPort, sharePods, shareScope } from './servers';

export const conflictingGateways: Check = {
  id: 'ConflictingGateways',
  severity: Severity.ERROR,
  covers: ['IST0145', 'KIA0301'],
  summary: 'Two servers of Gateways open one port for one host at the same pods',
  explanation: 'One of them counts, and the settings of the other (TLS, redirects) are lost. Hosts that are for VirtualServices of different namespaces do not meet.',
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
          yield problem(server.at.get('hosts'), `${listed(rivals)} ${rivals.length > 1 ? 'open' : 'opens'} port ${server.port} for ${listed(server.at.get('hosts').texts)} at these pods too.`, 'Put the servers into one Gateway, or give them hosts of their own.',
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
  summary: 'Gateways open one port at the same pods for hosts of which one covers the other',
  explanation: 'The more specific host counts for its requests. That is often meant; where it is not, a host that was added elsewhere takes requests away. Hosts of one Gateway count too.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      for (const wide of servers) {
        const patterns = wide.hosts.filter(each => each.name.startsWith('*'));
        const isCovered = (other: Server) => other.hosts.some(host => patterns.some(each => each.name !== host.name && shareScope(each, host) && hostsMeet(each.name, host.name)));
        const rivals = patterns.length === 0 ? [] : [...isCovered(wide) ? [wide.gateway.key] : [], ...fewOf(namesOf(rivalsOf(wide, servers, cluster, isCovered)))];
        if (rivals.length > 0) {
          yield problem(wide.at.get('hosts'), `${listed([...new Set(rivals)])} ${rivals.length > 1 ? 'open' : 'opens'} port ${wide.port} at these pods for hosts that ${listed(patterns.map(each => each.name))} covers.`, 'Name the hosts in one Gateway, if the overlap is not meant.');
        }
        const twice = wide.hosts.find((host, index) => wide.hosts.slice(0, index).some(each => each.name === host.name && shareScope(each, host)));
        if (twice) {
          yield problem(wide.at.get('hosts'), `The server has the host ${twice.name} twice.`, 'Name it once.');
        }
      }
    }
  },
};

function* rivalsOf(server: Server, others: readonly Server[], cluster: Cluster, meets: (other: Server) => boolean = () => true): Generator<Server> {
  for (const other of others) {
    if (other !== server && other.bind === server.bind && meets(other) && (other.gateway === server.gateway || sharePods(server, other, cluster))) {
      yield other;
    }
  }
}

/** Whether two servers have a host that is written alike, with its namespace, which is what istioctl compares. */
function haveText(one: Server, other: Server): boolean {
  const texts = one.at.get('hosts').texts;
  return other.at.get('hosts').texts.some(each => texts.includes(each));
}

function* namesOf(servers: Iterable<Server>): Generator<string> {
  for (const { gateway } of servers) {
    yield gateway.key;
  }
}
