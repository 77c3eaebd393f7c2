import { carriesRequests, type Field, type Host, Kind, parentsOf, portNumber } from '../../manifests';
import type { Context } from '../clusters/context';
import { linkerdProxy, linkerdRoutesAt } from '../clusters/linkerd-outbound';
import { outsideEndpoint } from '../clusters/outbound';
import type { Caller } from '../endpoints/caller';
import { capturing } from '../endpoints/captured';
import { isHeadless } from '../endpoints/endpoints';
import { unlessUnsimulated } from '../messages/unsimulated';
import { areRoutesUnread, unreadOfHost } from '../unread';
import { endsAt, inDoubt, type TrafficPath } from './path-ends';
import { shortName } from './path-text';
import { routed } from './route-path';

/** The traffic paths of a caller in Linkerd to a port of a host: by its routes, or straight to its endpoints. */
export function pathsOfLinkerd(
  caller: Caller,
  host: Host,
  port: Field,
  straight: (caller: Caller, host: Host, port: Field, context: Context) => TrafficPath[],
  context: Context,
): TrafficPath[] {
  const { cluster } = context;
  const number = portNumber(port) ?? 0;
  const to = `${shortName(host, cluster)}:${number}`;
  if (host.resource.type !== Kind.SERVICE || isHeadless(host) || carriesRequests(port) === false) {
    return straight(caller, host, port, context);
  }
  const routes = unlessUnsimulated(() => linkerdRoutesAt(host, port, caller, cluster));
  if (!routes || routes.every(({ rule }) => rule.at.isRoot)) {
    const paths = straight(caller, host, port, context);
    return routes ? paths : paths.map(inDoubt);
  }
  const paths = routes.map(route => routed(caller, linkerdProxy(caller), to, route, { number }, context));
  return areRoutesUnread(routes, cluster) || unreadOfHost(host, cluster) ? paths.map(inDoubt) : paths;
}

/** The traffic paths of a caller in Linkerd to the hosts that routes of EgressNetworks of its namespace name. */
export function pathsOutside(caller: Caller, context: Context): TrafficPath[] {
  const { cluster } = context;
  return [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TLS_ROUTE]
    .flatMap(type => cluster.all(type))
    .filter(each => each.namespace === caller.namespace)
    .flatMap(route =>
      parentsOf(route)
        .filter(each => each.kind === 'EgressNetwork')
        .flatMap(({ at }) =>
          route.spec.get('hostnames').texts.map(name => ({ name, port: at.get('port').number ?? 0 })),
        ),
    )
    .filter(({ name, port }) => capturing(caller, undefined, port, name) !== false)
    .map(({ name, port }) => ({
      from: caller.title,
      to: `${name}:${port}`,
      when: '',
      isForAll: true,
      terms: [],
      ends: endsAt([outsideEndpoint(name, port)], { isPassedThrough: true }, 1, true, caller, context),
    }));
}
