import { type Cluster, type Field, Kind } from '../../manifests';
import {
  followedBy,
  headerModifier,
  NO_OPERATIONS,
  operated,
  type HeaderOperations,
} from '../routes/header-operations';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { SimulationResult } from '../clusters/simulation-result';
import { titleOf } from '../unread/read';
import { type Attachment, policyFor } from './attachment';

/**
 * The header operations of a ClientTrafficPolicy. Each header has one of `add`, `set` and `addIfAbsent`, the first of
 * them, and is removed afterwards: a header that is set and removed is removed.
 * @see https://github.com/envoyproxy/gateway/blob/v1.9.1/internal/xds/translator/header_mutation.go
 */
interface ClientOperations extends HeaderOperations {
  readonly addIfAbsent: Readonly<Record<string, string>>;
  readonly removeOnMatch: readonly ((name: string) => boolean)[];
}

function operationsAt(at: Field): ClientOperations {
  const { set, add, remove } = headerModifier(at);
  const absent = headerModifier(at.replaced({ add: at.get('addIfAbsent').value })).add;
  const removeOnMatch = at.get('removeOnMatch').items.map(matcherOf);
  const isKept = (name: string) => !remove.includes(name) && !removeOnMatch.some(matches => matches(name));
  const kept = (pairs: Readonly<Record<string, string>>, before: readonly object[] = []) =>
    Object.fromEntries(
      Object.entries(pairs).filter(([name]) => isKept(name) && !before.some(each => Object.hasOwn(each, name))),
    );
  return { add: kept(add), set: kept(set, [add]), addIfAbsent: kept(absent, [add, set]), remove, removeOnMatch };
}

/** Names are compared as they arrive, in lower case. */
function matcherOf(at: Field): (name: string) => boolean {
  const value = at.get('value').text;
  switch (at.get('type').text || 'Exact') {
    case 'Exact':
      return name => name === value;
    case 'Prefix':
      return name => name.startsWith(value);
    case 'Suffix':
      return name => name.endsWith(value);
    default: {
      const expression = new RegExp(`^(?:${value})$`);
      return name => expression.test(name);
    }
  }
}

/** A request after the early header changes, which come before all filters. */
export function withEarlyHeaders(message: Message, headers: Field): Message {
  const at = headers.get('earlyRequestHeaders');
  if (!at.exists) {
    return message;
  }
  const { addIfAbsent, removeOnMatch, ...operations } = operationsAt(at);
  const present = Object.fromEntries(
    Object.entries(message.headers).filter(([name]) => !removeOnMatch.some(matches => matches(name))),
  );
  return { ...message, headers: { ...addIfAbsent, ...operated(present, operations) } };
}

/** Why a request is rejected before it is read. */
export const UNDERSCORES = 'the name of a header has an underscore, which the gateway rejects';

/**
 * What becomes of headers whose names have an underscore: they make Envoy reject the request, unless a
 * ClientTrafficPolicy allows or drops them. Undefined for a rejected request.
 */
export function withUnderscores(message: Message, headers: Field | undefined): Message | undefined {
  const isKept = ([name]: [string, string]) => !name.includes('_');
  const entries = Object.entries(message.headers);
  if (entries.every(isKept)) {
    return message;
  }
  switch (headers?.get('withUnderscoresAction').text) {
    case 'Allow':
      return message;
    case 'DropHeader':
      return { ...message, headers: Object.fromEntries(entries.filter(isKept)) };
    default:
      return undefined;
  }
}

/** Whether a gateway forwards the `x-forwarded-client-cert` of a client. */
export function forwardsCertificateHeader(headers: Field | undefined, isMutual: boolean): boolean {
  const mode = headers?.get('xForwardedClientCert', 'mode');
  switch (mode?.text) {
    case 'AlwaysForwardOnly':
      return true;
    case 'ForwardOnly':
      return isMutual;
    case 'AppendForward':
      if (isMutual) {
        throw new Unsimulated(
          `${titleOf(mode.resource)} appends the certificate of the client to a header (${String(mode)}).`,
          'Use SanitizeSet.',
        );
      }
      return false;
    default:
      return false;
  }
}

/** A result with the late changes of response headers, which all responses have that filters see. */
export function withLateHeaders(simulation: SimulationResult, place: Attachment, cluster: Cluster): SimulationResult {
  const at = policyFor(Kind.CLIENT_TRAFFIC_POLICY, place, cluster)?.spec.get('headers', 'lateResponseHeaders');
  if (!at?.exists) {
    return simulation;
  }
  const { addIfAbsent, removeOnMatch, ...late } = operationsAt(at);
  const isUnknown = Object.keys(addIfAbsent).length > 0 || removeOnMatch.length > 0;
  return {
    ...simulation,
    outcomes: simulation.outcomes.map(each =>
      each.status === 0 || each.reason === UNDERSCORES
        ? each
        : { ...each, response: followedBy(each.response ?? NO_OPERATIONS, late) },
    ),
    settingsDoubt:
      simulation.settingsDoubt
      ?? (isUnknown
        ? new Unsimulated(
            `${titleOf(at.resource)} changes response headers that depend on those of the backend (${String(at)}).`,
            'Use `set`, `add` and `remove`.',
          )
        : undefined),
  };
}
