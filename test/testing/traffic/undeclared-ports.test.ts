import { endsOf, istio, meshConfig, pods, service, traffic } from './support';

const CLOSED = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
const DB = [pods('db'), service('db', 'shop', { clusterIP: 'None', ports: [{ name: 'tcp', port: 9000 }] })];
const peer = (mode: string) => istio('PeerAuthentication', 'peer', { mtls: { mode } });

describe('a port that a headless Service does not declare', () => {
  const ask = (objects: object[], url: string, from = 'old') =>
    endsOf(
      traffic([...DB, ...objects])
        .from(from)
        .http(`GET ${url}`),
    );

  test.each(['old', 'web'])('leads to the Pods, to which the name resolves, for %s', from => {
    expect(ask([], 'http://db:8080/', from)).toBe('db-v1');
    expect(endsOf(traffic(DB).from(from).tcp('db.shop:1234'))).toBe('db-v1');
  });

  test('is closed to plain text if the Pods require mutual TLS, which no proxy uses for it', () => {
    expect([ask([peer('STRICT')], 'http://db:8080/'), ask([peer('STRICT')], 'http://db:8080/', 'web')]).toEqual([
      '0',
      '503',
    ]);
  });

  test('is not reached by a proxy that only passes on registered hosts', () => {
    expect(ask([CLOSED], 'http://db:8080/', 'web')).toBe('0');
  });

  test('is not reached behind a cluster IP', () => {
    const virtual = [pods('db'), service('db', 'shop', { ports: [{ name: 'tcp', port: 9000 }] })];
    expect(endsOf(traffic(virtual).from('old').http('GET http://db:8080/'))).toBe('0');
  });

  test('carries TLS of the client as bytes, in which the proxy of the Pods reads no path', () => {
    const policy = (action: string, path: string) =>
      istio('AuthorizationPolicy', 'db', {
        selector: { matchLabels: { app: 'db' } },
        action,
        rules: [{ to: [{ operation: { paths: [path] } }] }],
      });
    expect(ask([policy('ALLOW', '/a')], 'http://db:8080/a')).toBe('db-v1');
    expect(ask([policy('ALLOW', '/a')], 'https://db:8080/a')).toBe('0');
  });
});

test.each([15001, 15006])('a proxy does not connect to port %d, which is one of proxies', port => {
  const other = traffic().from('web');
  expect([
    endsOf(other.tcp(`192.0.2.1:${port}`)),
    endsOf(other.http(`GET http://out.example:${port}/`)),
    endsOf(traffic().from('old').tcp(`192.0.2.1:${port}`)),
  ]).toEqual(['0', '0', '192.0.2.1']);
});

describe('a port of a ServiceEntry without addresses that declares no protocol', () => {
  const entry = (name: string, ports: object[] = [{ number: 81, name: 'any' }]) =>
    istio('ServiceEntry', name, {
      hosts: [`${name}.example`],
      location: 'MESH_EXTERNAL',
      resolution: 'DNS',
      ports,
    });
  const ask = (objects: object[], request: string) => {
    const from = traffic([CLOSED, ...objects]).from('web');
    return endsOf(request.startsWith('http') ? from.http(`GET ${request}`) : from.tcp(request));
  };

  test.each([
    ['192.0.2.1:81', 'db.example'],
    ['https://out.example:81/', 'db.example'],
    ['http://db.example:81/', 'db.example'],
    ['http://out.example:81/', '502'],
    ['192.0.2.1:82', '0'],
  ])('has all connections to its number in which the proxy reads no request: %s ends at %s', (request, expected) => {
    expect(ask([entry('db')], request)).toBe(expected);
  });

  test('is one of several with the number, of which the first has the connections', () => {
    expect(() => ask([entry('db'), entry('other')], '192.0.2.1:81')).toThrow('db.example and other.example');
    expect(() =>
      ask([entry('db'), entry('other', [{ number: 81, name: 'http', protocol: 'HTTP' }])], '192.0.2.1:81'),
    ).toThrow('depends on which was created first');
  });
});
