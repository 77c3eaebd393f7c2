import { endsOf, istio, pods, service, traffic } from './support';

const TLS = { mode: 'SIMPLE', serverCertificate: 'cert.pem', privateKey: 'key.pem' };
const sidecar = (ingress: object[], app = 'cart') =>
  istio('Sidecar', app, { workloadSelector: { labels: { app } }, ingress });
const listener = (number: number, protocol: string, fields: object = {}) => ({
  port: { number, protocol, name: 'own' },
  ...fields,
});
const policy = (action: string, operation: object) =>
  istio('AuthorizationPolicy', 'cart', {
    selector: { matchLabels: { app: 'cart' } },
    action,
    rules: [{ to: [{ operation }] }],
  });
const peer = (spec: object) =>
  istio('PeerAuthentication', 'cart', { selector: { matchLabels: { app: 'cart' } }, ...spec });
const istiod = (value: string | undefined, from: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'istiod', namespace: 'istio-system' },
  spec: {
    template: {
      metadata: { labels: { app: 'istiod' } },
      spec: {
        containers: [{ name: 'discovery', env: [{ name: 'ENABLE_TLS_ON_SIDECAR_INGRESS', value, ...from }] }],
      },
    },
  },
});
const HEADLESS = service('cart', 'shop', { clusterIP: 'None', ports: [{ name: 'tcp', port: 9000 }] });

const web = (objects: object[], url = 'http://cart/') => traffic(objects).from('web').http(`GET ${url}`);
const bytes = (objects: object[], address = 'cart:9000') => traffic(objects).from('web').tcp(address);
const old = (objects: object[], url: string) =>
  endsOf(
    traffic([pods('box'), service('box', 'shop', { clusterIP: 'None', ports: [{ name: 'tcp', port: 1 }] }), ...objects])
      .from('old')
      .http(`GET ${url}`),
  );
const CART = 'cart-v1 50%, cart-v2 50%';

describe('a Sidecar with listeners for what its Pods receive', () => {
  test.each([
    ['on the port of a Service', [listener(8080, 'HTTP')]],
    ['on another port, so that the proxy passes the one of the Service through', [listener(7000, 'HTTP')]],
    [
      'at an address, which counts for nothing where traffic is captured',
      [listener(8080, 'HTTP', { bind: '10.0.0.1' })],
    ],
  ])('leads requests to a listener %s', (_what, ingress) => {
    expect(endsOf(web([sidecar(ingress)]))).toBe(CART);
  });

  test.each(['127.0.0.1:9090', '0.0.0.0:9090', '[::1]:9090', '[::]:9090', 'unix:///run/cart.sock'])(
    'names the endpoint %s to which it forwards',
    defaultEndpoint => {
      expect(web([sidecar([listener(8080, 'HTTP', { defaultEndpoint })])]).explain()).toContain(
        `forwarded to ${defaultEndpoint} by Sidecar shop/cart (spec.ingress[0])`,
      );
    },
  );

  test('forwards to its own port if the endpoint has no address', () => {
    const text = web([sidecar([listener(8080, 'HTTP', { defaultEndpoint: ':9090' })])]).explain();
    expect(text).not.toContain('forwarded to');
    expect(text).toContain('cart-v1');
  });

  test('has no step of an endpoint for a request that policies deny', () => {
    const denied = web([sidecar([listener(8080, 'HTTP', { defaultEndpoint: '127.0.0.1:1' })]), policy('DENY', {})]);
    expect([endsOf(denied), denied.explain().includes('forwarded to')]).toEqual(['403', false]);
  });

  test.each(['localhost:9090', '127.0.0.1', '10.0.0.1:80'])(
    'is not simulated with the endpoint %s',
    defaultEndpoint => {
      expect(() => web([sidecar([listener(8080, 'HTTP', { defaultEndpoint })])])).toThrow(
        /forwards to .* which Istio rejects \(spec\.ingress\[0\]\.defaultEndpoint\)/,
      );
    },
  );

  test('is not simulated where it binds to the port', () => {
    const bound = sidecar([listener(8080, 'HTTP', { captureMode: 'NONE' })]);
    expect(() => web([bound])).toThrow(/binds to its port \(spec\.ingress\[0\]\.captureMode\)/);
    expect(endsOf(web([sidecar([listener(7000, 'HTTP', { captureMode: 'NONE' })])]))).toBe(CART);
  });

  test('counts for the Pods that it selects alone', () => {
    const of = (app: string) => [sidecar([listener(8080, 'TCP')], app), policy('ALLOW', { paths: ['/'] })];
    expect([endsOf(web(of('cart'))), endsOf(web(of('bank')))]).toEqual(['503', CART]);
  });
});

describe('the protocol of a listener of a Sidecar', () => {
  const byPath = policy('ALLOW', { paths: ['/a'] });

  test('decides whether policies read requests, independent of the Service', () => {
    const url = 'http://cart/a';
    expect(endsOf(web([byPath, sidecar([listener(8080, 'HTTP')])], url))).toBe(CART);
    expect(endsOf(web([byPath, sidecar([listener(8080, 'TCP')])], url))).toBe('503');
    expect(old([sidecar([listener(8080, 'TCP')]), byPath], 'http://cart/a')).toBe('0');
    expect(endsOf(web([byPath, sidecar([listener(8080, 'HTTPS')])], url))).toBe('503');
  });

  test('is detected for ports that the Sidecar does not have', () => {
    expect(endsOf(web([byPath, sidecar([listener(7000, 'TCP')])], 'http://cart/a'))).toBe(CART);
    expect(endsOf(web([byPath, sidecar([listener(7000, 'TCP')])], 'http://cart/b'))).toBe('403');
  });

  test('does not show what bytes are that the proxy of the caller does not read', () => {
    const other = sidecar([listener(7000, 'TCP')]);
    expect(endsOf(bytes([other]))).toBe(CART);
    expect(endsOf(bytes([other, policy('DENY', { ports: ['9000'] })]))).toBe('0');
    expect(() => bytes([other, byPath])).toThrow(/detects whether requests arrive on port 9000/);
    expect(endsOf(bytes([byPath, sidecar([listener(9000, 'TCP')])]))).toBe('0');
  });

  test('answers bytes that are no requests', () => {
    expect(() => bytes([sidecar([listener(9000, 'HTTP')])])).toThrow(/reads requests on port 9000/);
  });

  test('has the matrix evaluate policies as the proxy reads them', () => {
    const has = (...objects: object[]) =>
      traffic([byPath, ...objects])
        .matrix()
        .has('shop/web-v1', 'shop/cart-v1:8080');
    expect(has()).toBe(true);
    expect(has(sidecar([listener(8080, 'TCP')]))).toBe(false);
  });
});

describe('the mode of mutual TLS of a port', () => {
  test('counts for a port that the Sidecar does not have', () => {
    const objects = [HEADLESS, pods('cart'), sidecar([listener(7000, 'HTTP')])];
    expect(old([...objects, peer({ mtls: { mode: 'STRICT' } })], 'http://cart.shop:8080/')).toBe('0');
  });
});

describe('TLS settings of a listener of a Sidecar', () => {
  const tls = (protocol: string, fields: object = {}) =>
    istio('Sidecar', 'box', {
      workloadSelector: { labels: { app: 'box' } },
      ingress: [listener(9443, protocol, { tls: { ...TLS, ...fields } })],
    });
  const mode = (name: string) => istio('PeerAuthentication', 'box', { mtls: { mode: name } });
  const byPath = istio('AuthorizationPolicy', 'box', {
    selector: { matchLabels: { app: 'box' } },
    rules: [{ to: [{ operation: { paths: ['/a'] } }] }],
  });
  const HTTPS = 'https://box:9443/a';
  const ON = istiod('true');

  test('are for istiod to read or not, which its Deployment determines', () => {
    expect(() => old([tls('HTTPS'), mode('DISABLE')], HTTPS)).toThrow(/ENABLE_TLS_ON_SIDECAR_INGRESS/);
    expect(() => old([istiod(undefined, { valueFrom: {} }), tls('HTTPS'), mode('DISABLE')], HTTPS)).toThrow(
      /spec\.ingress\[0\]\.tls/,
    );
    expect(() =>
      old([ON, { ...istiod('0'), metadata: { name: 'istiod-2', namespace: 'istio-system' } }, tls('HTTPS')], HTTPS),
    ).toThrow(/TLS settings/);
  });

  test('make no difference to bytes if the proxy accepts mutual TLS', () => {
    expect(old([tls('TLS')], HTTPS)).toBe('box-v1');
  });

  test('count for nothing by default: the TLS of the client ends at the application', () => {
    const off = [istiod('false'), tls('HTTPS'), mode('DISABLE')];
    expect([old(off, HTTPS), old(off, 'http://box:9443/a'), old([...off, byPath], HTTPS)]).toEqual([
      'box-v1',
      'box-v1',
      '0',
    ]);
  });

  test('have TLS end at the proxy, which then reads requests, and close it to plain text', () => {
    const on = [ON, tls('HTTPS'), mode('DISABLE'), byPath];
    expect([old(on, HTTPS), old(on, 'https://box:9443/b'), old(on, 'http://box:9443/a')]).toEqual([
      'box-v1',
      '403',
      '0',
    ]);
    expect(old([ON, tls('TLS'), mode('DISABLE'), byPath], HTTPS)).toBe('0');
  });

  test('have the proxy read requests where it accepts mutual TLS, but not end the TLS of clients', () => {
    expect(old([ON, tls('HTTPS')], HTTPS)).toBe('0');
    expect(old([ON, tls('HTTPS'), byPath], 'http://box:9443/a')).toBe('box-v1');
    expect(old([ON, tls('HTTPS'), byPath], 'http://box:9443/b')).toBe('403');
  });

  test('that require certificates of clients are not simulated, but close the port to plain text', () => {
    const mutual = [ON, tls('HTTPS', { mode: 'MUTUAL' }), mode('DISABLE')];
    expect(() => old(mutual, HTTPS)).toThrow(/what certificate the client has/);
    expect(old(mutual, 'http://box:9443/')).toBe('0');
  });

  test('leave open what a connection without a request does', () => {
    expect(() =>
      traffic([
        pods('box'),
        service('box', 'shop', { ports: [{ name: 'tcp', port: 9443 }] }),
        ON,
        tls('HTTPS'),
        mode('DISABLE'),
      ])
        .from('old')
        .tcp('box:9443'),
    ).toThrow(/whether the client uses it/);
  });
});
