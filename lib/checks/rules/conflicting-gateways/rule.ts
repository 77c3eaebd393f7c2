import { addTo } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { namesOf, rivalsOf } from '../../manifests/gateways/conflicting-gateways';
import { type Server, type ServerHost, serversByPort, shareScope } from '../../manifests/gateways/servers';
import { fewOf, listed } from '../../manifests/names';

export const rule: Check = {
  id: 'ConflictingGateways',
  severity: Severity.ERROR,
  covers: ['IST0145', 'KIA0301'],
  summary: 'Two Gateway servers have the same port and host on the same pods',
  explanation:
    'Of servers with TLS only one applies if the hosts are written alike; with other namespaces before them Envoy '
    + 'rejects the port, which stays closed or keeps an earlier configuration. Servers of plain HTTP are merged: each has the routes of all of their '
    + 'Gateways, which is a note, unless one of them redirects to HTTPS, which then applies to all. Hosts for '
    + 'VirtualServices of different namespaces do not conflict without TLS.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      const byHost = new Map<string, { server: Server; host: ServerHost }[]>();
      servers.forEach(server => server.hosts.forEach(host => addTo(byHost, host.name, { server, host })));
      const sharingHost = (server: Server) =>
        server.hosts.flatMap(host =>
          (byHost.get(host.name) ?? [])
            .filter(each => shareScope(each.host, host) || (isTerminating(server) && isTerminating(each.server)))
            .map(each => each.server),
        );
      for (const server of servers) {
        const meeting = sharingHost(server);
        const rivals = fewOf(namesOf(rivalsOf(server, meeting, cluster)));
        if (rivals.length > 0) {
          const isWrittenAlike = !rivalsOf(
            server,
            meeting.filter(other => other.gateway !== server.gateway && haveText(server, other)),
            cluster,
          ).next().done;
          const found = problem(
            server.at.get('hosts'),
            `${listed(rivals)} also ${rivals.length > 1 ? 'have' : 'has'} a server on port ${server.port} `
              + `for ${listed(server.at.get('hosts').texts)} on these pods.`,
            'Merge the servers into one Gateway, or use different hosts.',
            isWrittenAlike ? undefined : ['KIA0301'],
          );
          yield isMerged(server) && meeting.every(isMerged) ? { ...found, severity: Severity.INFO } : found;
        }
      }
    }
  },
};

/** Whether a server has nothing but its routes, which Istio merges with those of others. */
function isMerged({ at }: Server): boolean {
  return ['HTTP', 'HTTP2', 'GRPC'].includes(at.get('port', 'protocol').text.toUpperCase()) && !at.get('tls').exists;
}

/** Whether TLS ends at a server, so that its hosts are the server names of clients. */
function isTerminating({ at }: Server): boolean {
  return (
    ['HTTPS', 'TLS'].includes(at.get('port', 'protocol').text.toUpperCase())
    && at.get('tls').exists
    && !['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(at.get('tls', 'mode').text)
  );
}

/** Whether two servers have a literally equal host, including its namespace, which is what istioctl compares. */
function haveText(one: Server, other: Server): boolean {
  const texts = one.at.get('hosts').texts;
  return other.at.get('hosts').texts.some(each => texts.includes(each));
}
