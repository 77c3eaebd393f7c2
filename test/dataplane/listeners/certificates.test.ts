import { OTHER_KEY, SERVER_CERTIFICATE, SERVER_KEY } from '../../support/certificates';
import { endsOf, gatewayApi, istio, pods, traffic } from '../../testing/traffic/support';

const CERTIFICATE = { name: 'api' };
const FOREIGN = { name: 'api', namespace: 'money' };

function ends(tls: object | undefined, className = 'istio', others: readonly object[] = []): string {
  const listeners = [{ name: 'https', port: 443, protocol: 'HTTPS', ...(tls ? { tls } : {}) }];
  const objects = [
    ...others,
    gatewayApi('GatewayClass', 'eg', { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' }, ''),
    gatewayApi('Gateway', 'api', { gatewayClassName: className, listeners }),
    gatewayApi('HTTPRoute', 'api', {
      parentRefs: [{ name: 'api' }],
      rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
    }),
  ];
  return endsOf(traffic(objects).fromInternet('GET https://a.example/'));
}

const ARRIVES = 'cart-v1 50%, cart-v2 50%';

test.each<[string, object | undefined, string, string]>([
  ['with a Secret', { certificateRefs: [CERTIFICATE] }, ARRIVES, ARRIVES],
  ['without TLS settings', undefined, '0', '0'],
  ['without certificates', { certificateRefs: [] }, '0', '0'],
  ['with another kind', { certificateRefs: [{ ...CERTIFICATE, kind: 'ConfigMap' }] }, '0', '0'],
  ['with another group', { certificateRefs: [{ ...CERTIFICATE, group: 'example.com' }] }, '0', '0'],
  ['with a Secret that no ReferenceGrant allows', { certificateRefs: [FOREIGN] }, '0', '0'],
  ['with one that is allowed and one that is not', { certificateRefs: [CERTIFICATE, FOREIGN] }, ARRIVES, ARRIVES],
])('a listener that terminates TLS %s', (_name, tls, ofIstio, ofEnvoyGateway) => {
  expect([ends(tls), ends(tls, 'eg')]).toEqual([ofIstio, ofEnvoyGateway]);
});

const PAIR = { 'tls.crt': SERVER_CERTIFICATE, 'tls.key': SERVER_KEY };
const secret = (stringData: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/tls',
  metadata: { name: 'api', namespace: 'shop' },
  stringData,
  ...more,
});
const certificate = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { secretName: 'api' },
};

test.each<[string, readonly object[], string, string]>([
  ['a certificate and its key', [secret(PAIR)], ARRIVES, ARRIVES],
  ["Istio's names of them", [secret({ cert: SERVER_CERTIFICATE, key: SERVER_KEY })], ARRIVES, '0'],
  ['another type', [secret(PAIR, { type: 'Opaque' })], ARRIVES, '0'],
  ['a reference to a server of secrets', [secret({}, { type: 'gateway.envoyproxy.io/sds' })], '0', ARRIVES],
  ['no key', [secret({ 'tls.crt': SERVER_CERTIFICATE })], '0', '0'],
  ['an empty key', [secret({ ...PAIR, 'tls.key': '' })], '0', '0'],
  ['no certificate', [secret({ 'tls.key': SERVER_KEY })], '0', '0'],
  ['an invalid certificate', [secret({ ...PAIR, 'tls.crt': 'garbage' })], '0', '0'],
  ['an invalid key', [secret({ ...PAIR, 'tls.key': 'garbage' })], '0', '0'],
  ['the key of another certificate', [secret({ ...PAIR, 'tls.key': OTHER_KEY })], '0', '0'],
  ['placeholders', [secret({ 'tls.crt': '${CRT}', 'tls.key': '${KEY}' })], ARRIVES, ARRIVES],
  ['what cert-manager will write', [secret({ 'tls.crt': '', 'tls.key': '' }), certificate], ARRIVES, ARRIVES],
])('a Secret with %s', (_name, objects, ofIstio, ofEnvoyGateway) => {
  const tls = { certificateRefs: [CERTIFICATE] };
  expect([ends(tls, 'istio', objects), ends(tls, 'eg', objects)]).toEqual([ofIstio, ofEnvoyGateway]);
});

test('a listener with one valid Secret of two opens its port', () => {
  const other = secret({}, { metadata: { name: 'other', namespace: 'shop' } });
  const tls = { certificateRefs: [{ name: 'other' }, CERTIFICATE] };
  expect(ends(tls, 'istio', [secret(PAIR), other])).toBe(ARRIVES);
});

describe('a server of a Gateway of Istio', () => {
  const arrives = (tls: object, stringData: object) =>
    endsOf(
      traffic([
        secret(stringData, { metadata: { name: 'api', namespace: 'edge' } }),
        pods('gate', 'v1', { namespace: 'edge' }),
        istio('Gateway', 'g', {
          selector: { app: 'gate' },
          servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: ['*'], tls }],
        }),
        istio('VirtualService', 'v', {
          hosts: ['a.example'],
          gateways: ['g'],
          http: [{ route: [{ destination: { host: 'cart', port: { number: 80 } } }] }],
        }),
      ]).fromInternet('GET https://a.example/', { clientCertificate: true }),
    );

  test.each([
    ['credentialName', { mode: 'SIMPLE', credentialName: 'api' }],
    ['credentialNames', { mode: 'SIMPLE', credentialNames: ['api'] }],
    ['mutual TLS', { mode: 'MUTUAL', credentialName: 'api' }],
  ])('has the Secret of its %s in the namespace of its Pods', (_, tls) => {
    expect([arrives(tls, PAIR), arrives(tls, { 'tls.crt': SERVER_CERTIFICATE })]).toEqual([ARRIVES, '0']);
  });
});

test('a listener without a certificate leaves its host to the listener with a wildcard', () => {
  const secure = (name: string, hostname: string, certificateRefs: readonly object[]) => ({
    name,
    hostname,
    port: 443,
    protocol: 'HTTPS',
    tls: { certificateRefs },
  });
  const listeners = [secure('any', '*.example', [CERTIFICATE]), secure('own', 'a.example', [FOREIGN])];
  const ofClass = (gatewayClassName: string) =>
    endsOf(
      traffic([
        gatewayApi('GatewayClass', 'eg', { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' }, ''),
        gatewayApi('Gateway', 'api', { gatewayClassName, listeners }),
        gatewayApi('HTTPRoute', 'api', {
          parentRefs: [{ name: 'api', sectionName: 'any' }],
          rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
        }),
      ]).fromInternet('GET https://a.example/'),
    );
  expect([ofClass('istio'), ofClass('eg')]).toEqual([ARRIVES, ARRIVES]);
});
