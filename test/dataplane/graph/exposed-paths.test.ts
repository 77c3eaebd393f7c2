import { istio, meshed, pods, service } from '../../testing/traffic/support';
import { Traffic } from '../../../lib/testing';
import { manifestsOf } from '../../support/manifests';

/** What clients outside reach, by the matrix. */
function exposed(...objects: object[]): string | undefined {
  const { reaches } = Traffic.of(manifestsOf([pods('web'), ...objects])).matrix();
  return reaches
    .filter(each => each.from === 'internet')
    .map(({ to, isUnconditional }) => (isUnconditional ? to : `${to}*`))
    .join(', ');
}

const policy = (...from: object[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: from.length > 0 ? [{ from }] : [] },
});
const ports = [{ name: 'http', port: 80, targetPort: 8080 }];
const open = service('web', 'shop', { type: 'LoadBalancer', ports });

test.each([
  ['LoadBalancer', { type: 'LoadBalancer' }],
  ['NodePort', { type: 'NodePort' }],
  ['ClusterIP with external addresses', { externalIPs: ['192.0.2.7'] }],
])('some clients outside reach the Pods of a Service of type %s', (_type, spec) => {
  expect(exposed(service('web', 'shop', { ...spec, ports }))).toBe('shop/web-v1:8080*');
});

test('no client outside reaches the Pods of any other Service', () => {
  expect(exposed(service('web'))).toBe('');
});

test.each([
  ['no client', [], ''],
  ['Pods only', [{ podSelector: {} }], ''],
  ['addresses', [{ ipBlock: { cidr: '198.51.100.0/24' } }], 'shop/web-v1:8080*'],
  ['any address', [{ ipBlock: { cidr: '0.0.0.0/0' } }], 'shop/web-v1:8080*'],
])('a NetworkPolicy that allows %s decides about clients outside', (_what, from, reached) => {
  expect(exposed(open, policy(...from))).toBe(reached);
});

test('strict mutual TLS denies all clients outside', () => {
  const strict = istio('PeerAuthentication', 'default', { mtls: { mode: 'STRICT' } });

  expect(exposed(meshed('shop'), open, strict)).toBe('');
  expect(exposed(meshed('shop'), open)).toBe('shop/web-v1:8080*');
});

test('the Pods of a gateway are not reached past it', () => {
  const gateway = istio('Gateway', 'door', {
    selector: { app: 'web' },
    servers: [{ port: { number: 8080, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  });

  expect(exposed(open, gateway)).toBe('');
});
