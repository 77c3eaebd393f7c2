import { addTo, HostPatterns } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { namesOf, rivalsOf } from '../../manifests/gateways/conflicting-gateways';
import { type Server, type ServerHost, serversByPort, shareScope } from '../../manifests/gateways/servers';
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
      const overlaps = new Overlaps(servers);
      for (const wide of servers) {
        const patterns = wide.hosts.filter(each => each.name.startsWith('*'));
        const rivals =
          patterns.length === 0
            ? []
            : [
                ...(overlaps.isWithin(wide) ? [wide.gateway.key] : []),
                ...fewOf(namesOf(rivalsOf(wide, overlaps.of(patterns), cluster))),
              ];
        if (rivals.length > 0) {
          yield problem(
            wide.at.get('hosts'),
            `${listed([...new Set(rivals)])} ${rivals.length > 1 ? 'have' : 'has'} servers on port `
              + `${wide.port} of these pods for hosts that ${listed(patterns.map(each => each.name))} covers.`,
            'List the hosts in one Gateway, if the overlap is not intended.',
          );
        }
        const twice = repeated(wide.hosts);
        if (twice) {
          yield problem(wide.at.get('hosts'), `The server lists the host ${twice.name} twice.`, 'List it once.');
        }
      }
    }
  },
};

interface Use {
  readonly server: Server;
  readonly host: ServerHost;
}

/** The servers of a port by the wildcards that cover hosts of theirs; of a wildcard, found once. */
class Overlaps {
  private readonly order: ReadonlyMap<Server, number>;
  private readonly patterns: HostPatterns<Use>;
  private readonly byPattern = new Map<string, readonly Use[]>();

  constructor(servers: readonly Server[]) {
    this.order = new Map(servers.map((each, index) => [each, index]));
    this.patterns = new HostPatterns(
      servers.flatMap(server => server.hosts.map(host => [host.name, { server, host }] as const)),
    );
  }

  /** Those of several wildcards, in their order. */
  of(wildcards: readonly ServerHost[]): Iterable<Server> {
    const [first, ...others] = wildcards.map(each => this.ofOne(each));
    return others.length === 0
      ? (first ?? [])
      : [...new Set([...(first ?? []), ...others.flatMap(each => [...each])])].sort(
          (a, b) => (this.order.get(a) ?? 0) - (this.order.get(b) ?? 0),
        );
  }

  /** Whether wildcards of a server cover other hosts of it. */
  isWithin(server: Server): boolean {
    const own = server.hosts.length > 1 ? new Overlaps([server]) : undefined;
    return (
      own !== undefined
      && !own
        .of(server.hosts.filter(each => each.name.startsWith('*')))
        [Symbol.iterator]()
        .next().done
    );
  }

  private *ofOne(wildcard: ServerHost): Generator<Server> {
    const found =
      this.byPattern.get(wildcard.name)
      ?? this.patterns.meeting(wildcard.name).filter(each => each.host.name !== wildcard.name);
    this.byPattern.set(wildcard.name, found);
    for (const { server, host } of found) {
      if (shareScope(wildcard, host)) {
        yield server;
      }
    }
  }
}

/** The first host that is there before, for a common namespace. */
function repeated(hosts: readonly ServerHost[]): ServerHost | undefined {
  const before = new Map<string, ServerHost[]>();
  return hosts.find(host => {
    const isRepeated = before.get(host.name)?.some(each => shareScope(each, host)) ?? false;
    addTo(before, host.name, host);
    return isRepeated;
  });
}
