import { type AggregateProps, Auth, Port, Topology } from '../../lib';

const image = 'example/x:1';
const GUARDED: AggregateProps = { auth: Auth.apiKey({ secret: 'keys' }) };

const aggregates =
  (...declared: [path: string, props?: AggregateProps][]) =>
  () => {
    const shop = new Topology('shop');
    const web = shop.addService('web', { image, port: Port.http(80) });
    const door = shop.addEdge('door', { host: 'shop.example' });
    declared.forEach(([path, props]) => {
      door.aggregate(`GET ${path}`, { a: { service: web, path: '/a' }, b: { service: web, path: '/b' } }, props);
    });
  };

export const AGGREGATE_MISTAKES: [string, string, string[], () => unknown][] = [
  ...(
    [
      ['the rest of a path', '/list/{rest+}', 'rest of a path'],
      ['a colon', '/shops:search', '"shops:search"'],
      ['an escaped slash', '/a%2Fb', '"a%2Fb"'],
      ['an escaped colon', '/a%3Ab', '"a%3Ab"'],
      ['an escaped brace', '/%7Bid%7D', '"%7Bid%7D"'],
      ['an escape that is no UTF-8', '/%FF', '"%FF"'],
      ['an empty segment', '/a//b', 'merges slashes'],
      ["KrakenD's own path", '/__health', 'reserved'],
      ['a path that ends like one of KrakenD', '/a/__debug/b', 'reserved'],
    ] as const
  ).map(([what, path, message]): [string, string, string[], () => unknown] => [
    `an aggregate with ${what}`,
    'UnroutableAggregate',
    [message],
    aggregates([path]),
  ]),
  [
    'two aggregates with the same decoded path',
    'Duplicate',
    ['"GET /caf%C3%A9"', '"GET /caf%c3%a9"'],
    aggregates(['/caf%C3%A9'], ['/caf%c3%a9']),
  ],
  ...(
    [
      ['/home/{user}', '/home/{user}/orders'],
      ['/home/{user}', '/home/{user}/'],
      ['/home/{user}', '/home/{user}/{order}/x'],
      ['/{a}/{b}', '/x/y/z'],
      ['/home/{user}', '/home/a$b'],
    ] as const
  ).flatMap(paths =>
    [paths, [...paths].reverse()].map(([first = '', second = '']): [string, string, string[], () => unknown] => [
      `${first} beside ${second} with other credentials`,
      'ConfusableAggregates',
      [`"GET ${paths[0]}" can reach "GET ${paths[1]}"`],
      aggregates(...[first, second].map((path): [string, AggregateProps] => [path, path === paths[0] ? {} : GUARDED])),
    ]),
  ),
  [
    'two escapes of one literal with other credentials',
    'ConfusableAggregates',
    ['"GET /a$b/{c}"', '"GET /a%24b/list"'],
    aggregates(['/a$b/{c}'], ['/a%24b/list', GUARDED]),
  ],
  ...(
    [
      ['', 'no field of its own'],
      ['error_a', 'the error of "a"'],
    ] as const
  ).map(([name, message]): [string, string, string[], () => unknown] => [
    `"${name}" as the name of a part`,
    'InvalidName',
    [message],
    () => {
      const shop = new Topology('shop');
      const web = shop.addService('web', { image, port: Port.http(80) });
      shop
        .addEdge('door', { host: 'shop.example' })
        .aggregate('GET /', { a: { service: web, path: '/a' }, [name]: { service: web, path: '/b' } });
    },
  ]),
  ...['', '*'].map((name): [string, string, string[], () => unknown] => [
    `"${name}" as a query parameter of an aggregate`,
    'InvalidName',
    [`"${name}"`, '`queryParameters`'],
    aggregates(['/a', { queryParameters: [name] }]),
  ]),
];
