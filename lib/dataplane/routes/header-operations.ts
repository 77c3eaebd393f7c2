import { type Field, ownValue } from '../../manifests';
import type { Message } from '../messages/message';

/** Header operations; those of one level remove first. */
export interface HeaderOperations {
  readonly set: Readonly<Record<string, string>>;
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

export const NO_OPERATIONS: HeaderOperations = { set: {}, add: {}, remove: [] };

/** The operations of `headers.request` or `headers.response` of Istio, without the host. */
export function headerOperations(at: Field): HeaderOperations {
  return {
    set: headersOf(at.get('set')),
    add: headersOf(at.get('add')),
    remove: at
      .get('remove')
      .texts.map(each => each.toLowerCase())
      .filter(each => !isHost(each)),
  };
}

/** The host that header operations of Istio set. */
export function hostWritten(at: Field): string | undefined {
  return ['set', 'add'].flatMap(name => at.get(name).entries).find(([name]) => isHost(name))?.[1].text;
}

/** The operations of a header modifier of the Gateway API, in whose values `%%` is a literal `%` for Envoy, too. */
export function headerModifier(at: Field): HeaderOperations {
  const pairs = (name: string) =>
    Object.fromEntries(
      at.get(name).items.map(each => [each.get('name').text.toLowerCase(), unescaped(each.get('value').text)]),
    );
  return { set: pairs('set'), add: pairs('add'), remove: at.get('remove').texts.map(each => each.toLowerCase()) };
}

/** Headers after operations. */
export function operated(
  headers: Readonly<Record<string, string>>,
  { set, add, remove }: HeaderOperations,
): Readonly<Record<string, string>> {
  const result = new Map([
    ...Object.entries(headers).filter(([name]) => !remove.includes(name)),
    ...Object.entries(set),
  ]);
  for (const [name, value] of Object.entries(add)) {
    const before = result.get(name);
    result.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(result);
}

/** A message for another host. */
export function toHost(message: Message, host: string | undefined): Message {
  if (host === undefined) {
    return message;
  }
  const [name = ''] = host.split(':');
  return { ...message, host: name, authority: host };
}

/** Two operations of one level combined: both remove, then both set, the second last, then both add. */
export function joined(one: HeaderOperations, other: HeaderOperations): HeaderOperations {
  return {
    set: { ...one.set, ...other.set },
    add: added(one.add, other.add),
    remove: [...new Set([...one.remove, ...other.remove])],
  };
}

/** The operations of one level and then those of the next, as those of one. */
export function followedBy(first: HeaderOperations, next: HeaderOperations): HeaderOperations {
  const isKept = ([name]: [string, string]) => !next.remove.includes(name);
  const isAdded = ([name]: [string, string]) => !next.remove.includes(name) && ownValue(next.set, name) === undefined;
  return {
    remove: [...new Set([...first.remove, ...next.remove])],
    set: { ...Object.fromEntries(Object.entries(first.set).filter(isKept)), ...next.set },
    add: added(Object.fromEntries(Object.entries(first.add).filter(isAdded)), next.add),
  };
}

function added(first: HeaderOperations['add'], next: HeaderOperations['add']): HeaderOperations['add'] {
  const values = new Map(Object.entries(first));
  for (const [name, value] of Object.entries(next)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

/** `%%` in a value is a literal `%` for Envoy. */
function headersOf(at: Field): Record<string, string> {
  return Object.fromEntries(
    at.entries
      .map(([name, value]) => [name.toLowerCase(), unescaped(value.text)] as const)
      .filter(([name]) => !isHost(name)),
  );
}

function unescaped(value: string): string {
  return value.replaceAll('%%', '%');
}

function isHost(name: string): boolean {
  return ['host', ':authority'].includes(name.toLowerCase());
}
