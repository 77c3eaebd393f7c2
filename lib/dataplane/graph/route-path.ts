import { describeMillis, type Host } from '../../manifests';
import type { Caller } from '../endpoints/caller';
import type { Context } from '../clusters/context';
import { isBehindElsewhere } from '../endpoints/resolve';
import type { Proxy } from '../endpoints/proxy';
import type { Route } from '../routes/rule';
import { unreadable } from '../clusters/tls-layers';
import { lookUp } from '../clusters/look-up';
import { unreadOfHost } from '../unread';
import { isUsedByGateways } from '../endpoints/waypoints';
import { describeMatch, describeRetries, describeRewrites, percent } from './path-text';
import { answered, endsAt, merged, type TrafficPath } from './path-ends';

export function routed(
  caller: Caller,
  proxy: Proxy,
  to: string,
  route: Route,
  { number: port, dialed }: { readonly number: number; readonly dialed?: string },
  context: Context,
): TrafficPath {
  const { rule, match } = route;
  const when = match ? describeMatch(match) : '';
  const reply = rule.reply?.(
    { scheme: 'http', host: '{host}', port, method: '', path: match?.path?.value ?? '/', query: '', headers: {} },
    match?.path,
  );
  const { timeoutMs, retries, fault, mirrors } = rule;
  const isAborted = fault !== undefined && fault.abortShare >= 1;
  const ends = reply
    ? [answered(String(reply.status), 1, !rule.hasNoBackend)]
    : isAborted
      ? []
      : rule.backends.flatMap(backend => {
          const found = lookUp(backend, port, proxy, context);
          if ('problem' in found || found.endpoints.length === 0) {
            const { host = '' } = backend;
            if (isBehindElsewhere(host, context.cluster)) {
              return [{ destination: host, isReached: true, share: backend.share, isAllowed: undefined }];
            }
            return [answered(String('problem' in found ? rule.unknownBackendStatus : 503), backend.share)];
          }
          if (unreadable('http', found.host, found.port, found.security.tlsMode) !== undefined) {
            return [answered('503', backend.share)];
          }
          const known = endsAt(found.endpoints, found.security, backend.share, false, caller, context);
          // The client has chosen the Pod of a headless Service by the host that it dialed.
          return (found.isChosen && dialed !== found.host.name.toLowerCase())
            || unreadOfHost(found.host, context.cluster)
            || passesWaypoint(found.host, proxy, context)
            ? known.map(each => ({ ...each, isAllowed: undefined }))
            : known;
        });
  const perTry =
    retries.perTryTimeoutMs === undefined
      ? ''
      : ` with a per-try timeout of ${describeMillis(retries.perTryTimeoutMs)}`;
  const terms = reply
    ? []
    : [
        ...(timeoutMs === undefined ? [] : [`timeout ${describeMillis(timeoutMs)}`]),
        ...(retries.attempts > 0 ? [`${describeRetries(retries.attempts)}${perTry}`] : []),
        ...(fault && fault.abortShare > 0 ? [`${percent(fault.abortShare)} aborted with ${fault.status}`] : []),
        ...(fault && fault.delayShare > 0
          ? [`${percent(fault.delayShare)} delayed by ${describeMillis(fault.delayMs)}`]
          : []),
        ...mirrors.map(
          each =>
            `${percent(each.share)} mirrored to ${each.host}${each.subset === undefined ? '' : ` ${each.subset}`}`,
        ),
      ];
  const rewrites = reply?.location === undefined ? describeRewrites(route) : [`redirected to ${reply.location}`];
  return { from: caller.title, to, when, isForAll: match?.matchesAll ?? true, ends: merged(ends), rewrites, terms };
}

/** Whether a gateway connects to a waypoint first, whose policies are not among those of the path. */
function passesWaypoint(host: Host, { isGateway, isWaypoint, identity }: Proxy, { cluster }: Context): boolean {
  return isGateway && !isWaypoint && identity !== undefined && isUsedByGateways(host, cluster);
}
