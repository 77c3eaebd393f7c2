import { endsOf, gatewayApi, traffic } from '../../testing/traffic/support';

const CERTIFICATE = { name: 'api' };
const FOREIGN = { name: 'api', namespace: 'money' };

function ends(tls: object | undefined, className = 'istio'): string {
  const listeners = [{ name: 'https', port: 443, protocol: 'HTTPS', ...(tls ? { tls } : {}) }];
  const objects = [
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
