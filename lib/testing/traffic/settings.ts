import { describeMillis } from '../../manifests';
import { authorityOf, describeRetries, type Message, percent, type SimulationResult } from '../../dataplane';
import type { Outcome, ResponseHeaderChanges } from './outcome';

/** The settings of a route, one line each. */
export function describeSettings(
  { timeoutMs, retries, fault, copies }: SimulationResult,
  mirrorShares: Readonly<Record<string, number>>,
): string[] {
  const mirrors = Object.entries(mirrorShares).map(
    ([name, share]) => `${share < 1 ? `${percent(share)} mirrored` : 'mirrored'} to ${name}`,
  );
  const limit = retries?.perTryTimeoutMs;
  const perTry = limit === undefined ? '' : `, per-try timeout ${describeMillis(limit)}`;
  return [
    ...(timeoutMs === undefined ? [] : [`timeout ${describeMillis(timeoutMs)}`]),
    ...(retries ? [`${describeRetries(retries.attempts)}${perTry}, on ${conditionsOf({ retries }).join(', ')}`] : []),
    ...(fault && fault.delayShare > 0
      ? [`${percent(fault.delayShare)} delayed by ${describeMillis(fault.delayMs)}`]
      : []),
    ...mirrors,
    ...copies.flatMap(({ share, reason }) =>
      reason === undefined ? [] : [`${percent(share)} mirrored in vain: ${reason}`],
    ),
  ];
}

/** The conditions under which a request is retried. */
export function conditionsOf({ retries }: Pick<SimulationResult, 'retries'>): string[] {
  return (retries?.on ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
}

/** What proxies change of a request: its host and its headers, one line for each kind. */
export function describeRequestChanges(sent: Message, { host, headers }: Pick<Outcome, 'host' | 'headers'>): string[] {
  const set = Object.entries(headers).filter(([name, value]) => sent.headers[name] !== value);
  const removed = Object.keys(sent.headers).filter(name => !Object.hasOwn(headers, name));
  return [
    ...(host === '' || host === authorityOf(sent) ? [] : [`request host: ${host}`]),
    ...(removed.length > 0 ? [`request headers removed: ${removed.join(', ')}`] : []),
    ...(set.length > 0 ? [`request headers set: ${set.map(([name, value]) => `${name}: ${value}`).join(', ')}`] : []),
  ];
}

/** The changes of response headers, one line for each kind. */
export function describeChanges({ removed, set, added }: ResponseHeaderChanges): string[] {
  const pairs = (headers: Readonly<Record<string, string>>) =>
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ');
  return [
    ...(removed.length > 0 ? [`response headers removed: ${removed.join(', ')}`] : []),
    ...(Object.keys(set).length > 0 ? [`response headers set: ${pairs(set)}`] : []),
    ...(Object.keys(added).length > 0 ? [`response headers added: ${pairs(added)}`] : []),
  ];
}
