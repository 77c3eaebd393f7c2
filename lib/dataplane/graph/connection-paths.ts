import { carriesRequests, type Field, type Host, memo, portNumber } from '../../manifests';
import type { Caller } from '../endpoints/caller';
import type { Context } from '../clusters/context';
import { arePodsElsewhere } from '../endpoints/resolve';
import { isOnlyPod } from '../endpoints/endpoints';
import type { Proxy } from '../endpoints/proxy';
import type { Listener } from '../virtual-hosts/scope';
import { simulateTcp } from '../clusters/tcp';
import { unreadOfHost } from '../unread';
import { unknownEnd } from './elsewhere-paths';
import { shortName } from './path-text';
import { destinationOf, inDoubt, merged, type TrafficPath, type TrafficPathEnd } from './path-ends';

/** The connections of a sidecar to a port of a host: those of any protocol, and those with TLS that go elsewhere. */
export function connected(
  caller: Caller,
  proxy: Proxy,
  host: Host,
  port: Field,
  listener: Listener,
  context: Context,
): TrafficPath[] {
  const to = `${shortName(host, context.cluster)}:${portNumber(port) ?? 0}`;
  const isDetected = carriesRequests(port) !== false;
  const path = (ends: TrafficPathEnd[], when: string): TrafficPath => ({
    from: caller.title,
    to,
    when: isDetected && when === '' ? 'as TCP' : when,
    isForAll: when === '' && !isDetected,
    isDetected,
    terms: [],
    ends,
  });
  if (arePodsElsewhere(host, context.cluster)) {
    return [path([unknownEnd(host.name)], '')];
  }
  const plain = endsOf('tcp', host.name, host, port, listener, caller, proxy, context);
  const known = new Set(plain.map(each => each.destination));
  const byName = serverNamesIn(listener)
    .map(name => path(endsOf('https', name, host, port, listener, caller, proxy, context), `with TLS for ${name}`))
    .filter(({ ends }) => ends.some(each => each.isReached && !known.has(each.destination)));
  const paths = [path(plain, ''), ...byName];
  return unreadOfHost(host, context.cluster) || isOnlyPod(host, caller, context.cluster) ? paths.map(inDoubt) : paths;
}

/** The names by which rules for TLS tell connections apart. */
const serverNamesIn = memo(({ virtualServices }: Listener): readonly string[] => [
  ...new Set(
    virtualServices
      .flatMap(each => each.spec.get('tls').items)
      .flatMap(each => each.get('match').items)
      .flatMap(each => each.get('sniHosts').texts),
  ),
]);

function endsOf(
  scheme: string,
  name: string,
  host: Host,
  port: Field,
  listener: Listener,
  caller: Caller,
  proxy: Proxy,
  context: Context,
): TrafficPathEnd[] {
  const number = portNumber(port) ?? 0;
  const message = { scheme, host: name, port: number, method: '', path: '', query: '', headers: {} };
  const { outcomes = [] } = simulateTcp(message, host, port, listener, caller, proxy, context) ?? {};
  return merged(
    outcomes.map(({ workload, outside, port: podPort, share, isUncertain }) =>
      workload
        ? {
            destination: destinationOf(workload, podPort ?? 0),
            isReached: true,
            share,
            isAllowed: isUncertain ? undefined : true,
          }
        : outside === undefined
          ? { destination: 'connection failure', isReached: false, share, isAllowed: true }
          : { destination: outside, isReached: true, share, isAllowed: isUncertain ? undefined : true },
    ),
  );
}
