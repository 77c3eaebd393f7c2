import { endsOf, istio, pods, service, traffic } from '../support';

const server = (hosts: string[], tls: object = { mode: 'SIMPLE', credentialName: 'tls' }, number = 443) => ({
  port: { number, name: `https-${number}`, protocol: 'HTTPS' },
  hosts,
  tls,
});
const gateway = (name: string, servers: object[], labels: object = { istio: 'ingressgateway' }) =>
  istio('Gateway', name, { selector: labels, servers }, 'edge');
const route = (name: string, namespace: string, to: string) =>
  istio(
    'VirtualService',
    name,
    {
      hosts: ['a.example'],
      gateways: ['edge/one', 'edge/two'],
      http: [{ route: [{ destination: { host: to, port: { number: 80 } } }] }],
    },
    namespace,
  );
const WORLD = [
  pods('edge', 'v1', { namespace: 'edge', labels: { istio: 'ingressgateway' } }),
  service('edge', 'edge', { ports: [443, 8443].map(port => ({ name: `https-${port}`, port })) }),
  route('web', 'shop', 'web'),
  route('bank', 'money', 'bank.money.svc.cluster.local'),
];
const ask = (objects: object[], url = 'https://a.example/') =>
  traffic([...WORLD, ...objects]).fromInternet(`GET ${url}`, { gateway: 'edge/one' });

describe('two servers with TLS of one name on one port', () => {
  const ofTwo = (one: object, two: object) => [gateway('one', [one]), gateway('two', [two])];

  test.each([
    ['for other namespaces', ['shop/a.example'], ['money/a.example']],
    ['of which one is for all namespaces', ['a.example'], ['money/a.example']],
    ['in other letters', ['shop/A.example'], ['money/a.example']],
    ['for all names', ['shop/*'], ['money/*']],
    ['besides other names', ['shop/a.example', 'shop/b.example'], ['shop/c.example', 'money/a.example']],
  ])('%s make Envoy reject the port, for all of its names', (_what, one, two) => {
    const result = ask(ofTwo(server(one), server([...two, 'other.example'])));
    expect(endsOf(result)).toBe('0');
    expect(result.explain()).toContain(
      'rejects the configuration of the port, since edge/two has a server name of another server (spec.servers[0])',
    );
  });

  test('are a star in the matrix, since a port that is open already keeps an earlier configuration', () => {
    const lines = (two: string) =>
      String(traffic([...WORLD, ...ofTwo(server(['shop/a.example']), server([two]))]).matrix())
        .split('\n')
        .filter(each => each.includes('internet') && each.includes('web-v1'));
    expect(lines('money/a.example').join()).toContain('*');
    expect(lines('money/b.example').join()).not.toContain('*');
  });

  test('of which istiod leaves the second out, since both are written alike, are one', () => {
    expect(endsOf(ask(ofTwo(server(['*/a.example']), server(['a.example', 'money/a.example']))))).toBe('bank-v1');
    expect(endsOf(ask(ofTwo(server(['edge/a.example']), server(['./a.example']))))).toBe('404');
  });

  test.each<[string, object, object]>([
    ['on other ports', server(['shop/a.example']), server(['money/a.example'], undefined, 8443)],
    [
      'for which TLS does not end there',
      server(['shop/a.example']),
      server(['money/a.example'], { mode: 'PASSTHROUGH' }),
    ],
  ])('are no obstacle %s', (_what, one, two) => {
    expect(endsOf(ask(ofTwo(one, two)))).toBe('web-v1');
  });

  test('are no obstacle for other Pods', () => {
    const others = [
      pods('out', 'v1', { namespace: 'edge', labels: { istio: 'other' } }),
      gateway('two', [server(['money/a.example'])], { istio: 'other' }),
    ];
    expect(endsOf(ask([gateway('one', [server(['shop/a.example'])]), ...others]))).toBe('web-v1');
  });
});
