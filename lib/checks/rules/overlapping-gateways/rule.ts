import { hostsMeet } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { namesOf, rivalsOf } from '../../manifests/gateways/conflicting-gateways';
import { type Server, serversByPort, shareScope } from '../../manifests/gateways/servers';
import { fewOf, listed } from '../../manifests/names';

export const rule: Check = {
  id: 'OverlappingGateways',
  severity: Severity.INFO,
  covers: ['KIA0301'],
  summary: 'Gateway servers with the same port and pods have overlapping hosts',
  explanation:
    'The more specific host receives its requests. That is often intended; where it is not, a host added '
    + 'elsewhere diverts requests. Hosts of one Gateway are compared too.',
  *find(cluster) {
    for (const servers of serversByPort(cluster).values()) {
      for (const wide of servers) {
        const patterns = wide.hosts.filter(each => each.name.startsWith('*'));
        const isCovered = (other: Server) =>
          other.hosts.some(host =>
            patterns.some(each => each.name !== host.name && shareScope(each, host) && hostsMeet(each.name, host.name)),
          );
        const rivals =
          patterns.length === 0
            ? []
            : [
                ...(isCovered(wide) ? [wide.gateway.key] : []),
                ...fewOf(namesOf(rivalsOf(wide, servers, cluster, isCovered))),
              ];
        if (rivals.length > 0) {
          yield problem(
            wide.at.get('hosts'),
            `${listed([...new Set(rivals)])} ${rivals.length > 1 ? 'have' : 'has'} servers on port `
              + `${wide.port} of these pods for hosts that ${listed(patterns.map(each => each.name))} covers.`,
            'List the hosts in one Gateway, if the overlap is not intended.',
          );
        }
        const twice = wide.hosts.find((host, index) =>
          wide.hosts.slice(0, index).some(each => each.name === host.name && shareScope(each, host)),
        );
        if (twice) {
          yield problem(wide.at.get('hosts'), `The server lists the host ${twice.name} twice.`, 'List it once.');
        }
      }
    }
  },
};
