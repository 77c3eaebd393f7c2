import type { Field } from '../../manifests';
import type { Message } from '../messages/message';
import type { HeaderOperations } from './rule';

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

/** Two operations of one level combined: both remove, then the first sets, then the second. */
export function joined(one: HeaderOperations, other: HeaderOperations): HeaderOperations {
  return {
    set: { ...one.set, ...other.set },
    add: { ...one.add, ...other.add },
    remove: [...one.remove, ...other.remove],
  };
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
