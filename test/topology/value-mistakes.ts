import { HeaderMatch, Operation, Port, Topology } from '../../lib';

type Row = [string, string, string[], () => unknown];

/** Values that no host, request or header can have. */
export const VALUE_MISTAKES: Row[] = [
  [
    'a name that is undefined',
    'InvalidType',
    ['shop.addService', '`name` is undefined, not a text', 'Set it'],
    () => new Topology('shop').addService(undefined as never, { image: 'x' }),
  ],
  [
    'a property that does not exist',
    'UnknownProperty',
    ['shop/web', '"imagee"', 'image,'],
    () => new Topology('shop').addService('web', { imagee: 'x' } as never),
  ],
  ...['10.0.0.5', '93.184.216.34', 'a.example.1'].map((host): Row => [
    `the host ${host} of a service outside`,
    'InvalidHost',
    ['is an address', 'or declare it by `addresses`'],
    () => new Topology('shop').addExternalService('x', { host, port: Port.tls(443) }),
  ]),
  [
    'a host of an edge that is an address',
    'InvalidHost',
    ['10.0.0.5'],
    () => new Topology('shop').addEdge('x', { host: '10.0.0.5' }),
  ],
  ...[
    ['GET /a/../b', '".."'],
    ['GET /.', '"."'],
    ['GET /a/./b', '"."'],
    ['GET /%41', '"A"'],
    ['GET /a%7Eb', '"~"'],
    ['GET /%2e%2E/b', '"%2e"'],
    ['GET /a%', 'not an escape'],
    ['GET /a/%4/b', 'not an escape'],
    ['GET /a/:id', '{id}'],
    ['GET /:', '{name}'],
    ['GET /{id}/{id}', 'two parameters named "id"'],
    ['GET /{id}/a/{id+}', 'two parameters named "id"'],
  ].map(([operation = '', word = '']): Row => [
    `the operation ${operation}`,
    'InvalidPath',
    [word],
    () => Operation.http(operation),
  ]),
  ...['(', '(?=a)', '[', 'a**', 'a'.repeat(1025)].map((expression): Row => [
    `the expression ${expression.slice(0, 9)}`,
    'InvalidMatch',
    ['RE2'],
    () => HeaderMatch.regex('x-a', expression),
  ]),
  ...(['exact', 'prefix', 'regex'] as const).map((kind): Row => [
    `an empty value for ${kind}`,
    'InvalidMatch',
    ['is empty'],
    () => HeaderMatch[kind]('x-a', ''),
  ]),
  ...[' a', 'a ', 'a\nb', '\ta'].map((value): Row => [
    `the header value ${JSON.stringify(value)}`,
    'InvalidMatch',
    ['which no header value has'],
    () => HeaderMatch.exact('x-a', value),
  ]),
];
