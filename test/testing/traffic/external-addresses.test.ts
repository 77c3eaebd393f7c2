import { App } from 'cdk8s';
import { Mesh, Port, Topology, TopologyChart } from '../../../lib';
import { Manifests, Traffic } from '../../../lib/testing';
import { endsOf, istio, meshConfig, traffic } from './support';

const CLOSED = meshConfig({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } });
const entry = (name: string, spec: object = {}) =>
  istio('ServiceEntry', name, {
    hosts: [`${name}.example`],
    location: 'MESH_EXTERNAL',
    ports: [{ number: 5432, name: 'tcp', protocol: 'TCP' }],
    ...spec,
  });
const TLS = { ports: [{ number: 5432, name: 'tls', protocol: 'TLS' }] };
const egress = (...to: object[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: to },
});
const block = (cidr: string, except?: string[]) => ({ to: [{ ipBlock: { cidr, except } }], ports: [{ port: 5432 }] });
const connect = (address: string, objects: object[], from = 'web') =>
  endsOf(
    traffic([CLOSED, ...objects])
      .from(from)
      .tcp(address),
  );

describe('a ServiceEntry with addresses', () => {
  const db = entry('db', { addresses: ['192.0.2.10', '198.51.100.0/24'] });

  test.each([
    ['its host name', 'db.example:5432', 'db.example'],
    ['one of its addresses', '192.0.2.10:5432', 'db.example'],
    ['an address in one of its blocks', '198.51.100.7:5432', 'db.example'],
    ['another address', '192.0.2.11:5432', '0'],
    ['another port', '192.0.2.10:5433', '0'],
  ])('is reached by a proxy that only passes on registered hosts at %s', (_, address, expected) => {
    expect(connect(address, [db])).toBe(expected);
  });

  test('is chosen by its smallest block', () => {
    const both = [entry('wide', { addresses: ['192.0.2.0/24'] }), entry('exact', { addresses: ['192.0.2.10/32'] })];
    expect(connect('192.0.2.10:5432', both)).toBe('exact.example');
    expect(connect('192.0.2.11:5432', both)).toBe('wide.example');
  });

  test('whose block is matched by SNI needs the server name', () => {
    const secure = [entry('db', { ...TLS, addresses: ['198.51.100.0/24'] })];
    expect(() => connect('198.51.100.7:5432', secure)).toThrow('may lack. Send it to db.example.');
    const ask = (url: string) =>
      endsOf(
        traffic([CLOSED, ...secure])
          .from('web')
          .http(`GET ${url}:5432/`),
      );
    expect(ask('https://db.example')).toBe('db.example');
    expect(ask('https://198.51.100.7')).toBe('0');
  });

  test.each([
    ['all of its addresses', [block('192.0.2.0/24'), block('198.51.0.0/16')], 'db.example'],
    ['any address', [{}], 'db.example'],
    ['other addresses', [block('192.0.3.0/24'), block('0.0.0.0/0', ['192.0.2.0/24', '198.51.0.0/16'])], '0'],
  ])('is assumed to be there, and NetworkPolicies that allow %s apply', (_, rules, expected) => {
    expect(connect('db.example:5432', [db, egress(...rules)])).toBe(expected);
  });

  test.each([
    ['only one of its addresses', block('192.0.2.10/32')],
    ['a part of a block', block('198.51.100.0/25')],
    ['all but a part of a block', block('0.0.0.0/0', ['198.51.100.128/25'])],
  ])('is not decided by NetworkPolicies that allow %s', (_, rule) => {
    expect(() => connect('db.example:5432', [db, egress(rule)])).toThrow(
      'the address of db.example, one of 192.0.2.10, 198.51.100.0/24, is unknown',
    );
    expect(String(traffic([CLOSED, db, egress(rule)]).matrix())).toContain('shop/web-v1 → db.example*');
  });

  test('is allowed or denied at the address that the caller dials', () => {
    const policy = egress(block('198.51.100.0/25'));
    expect(connect('198.51.100.7:5432', [db, policy])).toBe('db.example');
    expect(connect('198.51.100.200:5432', [db, policy])).toBe('0');
  });

  test('is where a caller without a proxy connects to, too', () => {
    const policy = {
      ...egress(block('192.0.2.0/24')),
      spec: { ...egress(block('192.0.2.0/24')).spec, podSelector: {} },
    };
    expect(connect('db.example:5432', [entry('db', { addresses: ['192.0.2.10'] }), policy], 'old')).toBe('db.example');
  });

  test('states its addresses as an assumption', () => {
    expect(traffic([db]).from('web').tcp('db.example:5432').explain()).toContain(
      'db.example is assumed to be at 192.0.2.10, 198.51.100.0/24',
    );
    expect(traffic([db]).from('web').tcp('192.0.2.10:5432').explain()).not.toContain('assumed');
  });
});

test('the address of a host outside is unknown where NetworkPolicies allow some', () => {
  const named = entry('db', { resolution: 'DNS' });
  expect(() => connect('db.example:5432', [named, egress(block('192.0.2.0/24'))])).toThrow('the address of db.example');
  expect(connect('db.example:5432', [named, egress(block('0.0.0.0/0', ['10.0.0.0/8']))])).toBe('db.example');
  expect(connect('db.example:5432', [named, egress({ ...block('192.0.2.0/24'), ports: [{ port: 443 }] })])).toBe('0');
});

describe('a TCP ServiceEntry without addresses', () => {
  const open = entry('db', { resolution: 'DNS' });

  test.each(['192.0.2.1:5432', 'other.example:5432', 'bank.money:5432'])('has the connection to %s', address => {
    expect(connect(address, [open])).toBe('db.example');
  });

  test('without resolution passes connections on to what the caller dials', () => {
    expect(connect('other.example:5432', [entry('db')])).toBe('other.example');
  });

  test('has none of those where proxies allocate addresses, or that are matched by SNI', () => {
    const allocating = meshConfig({
      outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
      defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'true' } },
    });
    expect(endsOf(traffic([allocating, open]).from('web').tcp('192.0.2.1:5432'))).toBe('0');
    expect(connect('192.0.2.1:5432', [entry('db', { ...TLS, resolution: 'DNS' })])).toBe('0');
  });
});

test('a route of another host to one without resolution goes where the caller has connected to, which is unknown', () => {
  const route = istio('VirtualService', 'a', {
    hosts: ['a.example'],
    tcp: [{ route: [{ destination: { host: 'db.example', port: { number: 5432 } } }] }],
  });
  expect(() => connect('a.example:5432', [entry('a', { addresses: ['192.0.2.1'] }), entry('db'), route])).toThrow(
    'A route leads from a.example to db.example',
  );
});

test('external services of a topology are reached at their addresses, and at no others', () => {
  const topology = new Topology('shop', { namespace: 'shop' });
  const web = topology.addService('web', { port: Port.http(80), image: 'web:1' });
  web.calls(topology.addExternalService('db', { addresses: ['192.0.2.10'], port: Port.tcp(5432) }));
  web.calls(
    topology.addExternalService('api', { host: 'a.example', addresses: ['192.0.2.11'], port: Port.http(8080) }),
  );
  const app = new App();
  new TopologyChart(app, 'shop', { topology, mesh: Mesh.istio() });
  const caller = Traffic.of(Manifests.ofApp(app)).from('web');
  expect(endsOf(caller.tcp('192.0.2.10:5432'))).toBe('db.shop.external');
  expect(endsOf(caller.tcp('192.0.2.12:5432'))).toBe('0');
  expect(endsOf(caller.http('GET http://a.example:8080/'))).toBe('a.example');
  expect(endsOf(caller.http('GET http://192.0.2.11:8080/'))).toBe('a.example');
});

describe('an IPv6 address', () => {
  const http = { ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] };
  const db = entry('db', { addresses: ['2001:db8::/32'] });

  test('is in brackets, and leads to the ServiceEntry with its block', () => {
    expect([connect('[2001:db8::1]:5432', [db]), connect('[2001:db9::1]:5432', [db])]).toEqual(['db.example', '0']);
  });

  test('leads outside', () => {
    const web = traffic().from('web');
    expect([endsOf(web.tcp('[2001:DB8::1]:5432')), endsOf(web.http('GET http://[2001:db8::1]/'))]).toEqual([
      '2001:db8::1',
      '2001:db8::1',
    ]);
  });

  test('is the Host header of requests that are routed by it', () => {
    const web = entry('web', { ...http, addresses: ['2001:db8::1'] });
    const rules = istio('VirtualService', 'rules', {
      hosts: ['*.example'],
      http: [{ match: [{ authority: { exact: '[2001:db8::1]:8080' } }], redirect: { uri: '/x' } }],
    });
    const ask = (url: string, objects: object[]) =>
      endsOf(
        traffic([CLOSED, web, ...objects])
          .from('web')
          .http(url),
      );
    expect([ask('GET http://[2001:db8::1]/', []), ask('GET http://[2001:db8::2]/', [])]).toEqual([
      'web.example',
      '502',
    ]);
    expect(ask('GET http://[2001:db8::1]:80/', [rules])).toBe('404');
  });

  test('of a Service is not simulated, however it is written', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'six', namespace: 'shop' },
      spec: { clusterIP: 'fd00::1', ports: [{ name: 'http', port: 80 }] },
    };
    expect(() => traffic([service]).from('old').http('GET http://[fd00:0::1]/')).toThrow(
      'is an address of the Service shop/six',
    );
  });

  test('needs brackets', () => {
    expect(() => traffic().from('web').http('GET http://2001:db8::1/')).toThrow('is not a request');
  });
});
