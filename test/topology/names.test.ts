import fc from 'fast-check';
import type { ValidationError } from '../../lib';
import { Port, Topology } from '../../lib';

/** An RFC 1035 label, character by character. */
function isLabel(name: string): boolean {
  const inside = [...name].every(each => (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each === '-');
  const [first = ''] = name;
  return inside && name.length >= 1 && name.length <= 63 && first >= 'a' && first <= 'z' && !name.endsWith('-');
}

function refusal(declare: () => unknown): ValidationError | undefined {
  try {
    declare();
    return undefined;
  } catch (error) {
    return error as ValidationError;
  }
}

const nearly = fc.oneof(
  fc.string({ maxLength: 70 }),
  fc.stringMatching(/^[-a-zA-Z0-9._]{0,66}$/),
  fc.stringMatching(/^[a-z][-a-z0-9]{55,66}$/),
  fc.constantFrom('', '-', 'a', '1', 'a-', '-a', 'a\n', 'ä', 'a'.repeat(63), 'a'.repeat(64)),
);

test('what is taken as a name is an RFC 1035 label, and every label is taken', () => {
  fc.assert(
    fc.property(nearly, name => {
      expect([name, refusal(() => new Topology(name)) === undefined]).toEqual([name, isLabel(name)]);
    }),
    { numRuns: 1000 },
  );
});

test.each<[string, (name: string) => unknown]>([
  ['a topology', name => new Topology(name)],
  ['a namespace', name => new Topology('shop', { namespace: name })],
  ['a service', name => new Topology('shop').addService(name, { image: 'x' })],
  ['a namespace of a service', name => new Topology('shop').addService('web', { image: 'x', namespace: name })],
  ['an edge', name => new Topology('shop').addEdge(name, { host: 'a.example' })],
  ['a namespace of an edge', name => new Topology('shop').addEdge('door', { host: 'a.example', namespace: name })],
  [
    'an external service',
    name => new Topology('shop').addExternalService(name, { host: 'a.example', port: Port.tls(443) }),
  ],
])('%s needs a label for a name, and any that is suggested would do', (_name, declare) => {
  fc.assert(
    fc.property(
      nearly.filter(name => !isLabel(name) && !isLabel(`a${name}`)),
      name => {
        const mistake = refusal(() => declare(name));
        const [, suggested = 'none'] = /e\.g\. "(.*)"/.exec(mistake?.fix ?? '') ?? [];

        expect([mistake?.code, mistake?.message.includes(`"${name}"`)]).toEqual(['InvalidName', true]);
        expect([suggested, isLabel(suggested)]).toEqual([suggested, true]);
      },
    ),
    { numRuns: 50 },
  );
});

test('the name of a namespace may begin with a digit', () => {
  fc.assert(
    fc.property(nearly, name => {
      const isTaken = refusal(() => new Topology('shop', { namespace: name })) === undefined;
      const isNamespace = isLabel(name) || (/^[0-9]/.test(name) && isLabel(`a${name.slice(1)}`));
      expect([name, isTaken]).toEqual([name, isNamespace]);
    }),
    { numRuns: 1000 },
  );
});

test('a name with the longest version fits into a label, or throws where it is declared', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 63 }), fc.integer({ min: 1, max: 63 }), (service, version) => {
      const fits = service + 1 + version <= 63;
      const declare = () =>
        new Topology('shop').addService('a'.repeat(service), { image: 'x', versions: { ['b'.repeat(version)]: {} } });
      expect([service, version, refusal(declare)?.code]).toEqual([service, version, fits ? undefined : 'InvalidName']);
    }),
  );
});

test('a host has a dot, and neither scheme, port, capital nor empty label, and a wildcard as its first label only', () => {
  const declare = (host: string) => refusal(() => new Topology('shop').addEdge('door', { host }))?.code;

  expect(new Set(['a.example', '1.2.example', 'a-b.c', '*.a.b'].map(declare))).toEqual(new Set([undefined]));
  expect(
    new Set(
      ['a', 'http://a.b', 'a.b:80', '*.b', 'a.*.b', 'A.b', 'a..b', '.a.b', 'a.b.', '-a.b', `${'a.'.repeat(130)}b`].map(
        declare,
      ),
    ),
  ).toEqual(new Set(['InvalidHost']));
});

test('no label of a host is longer than DNS allows', () => {
  const declare = (length: number) =>
    refusal(() => new Topology('shop').addEdge('door', { host: `${'a'.repeat(length)}.example` }))?.code;

  expect([63, 64].map(declare)).toEqual([undefined, 'InvalidHost']);
});
