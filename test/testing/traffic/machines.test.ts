import { endsOf, istio, pods, service, traffic } from './support';

const machine = (more: object = {}) =>
  istio('WorkloadEntry', 'db-1', { address: '10.0.8.4', labels: { app: 'db' }, serviceAccount: 'db', ...more });
const strict = (mode = 'STRICT') => istio('PeerAuthentication', 'default', { mtls: { mode } });
const allowing = (principal: string) =>
  istio('AuthorizationPolicy', 'db', {
    selector: { matchLabels: { app: 'db' } },
    rules: [{ from: [{ source: { principals: [principal] } }] }],
  });
const plaintext = istio('DestinationRule', 'db', {
  host: 'db.shop.svc.cluster.local',
  trafficPolicy: { tls: { mode: 'DISABLE' } },
});
const mutual = istio('DestinationRule', 'db', {
  host: 'db.shop.svc.cluster.local',
  trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
});
const outsider = pods('old', 'v1', { namespace: 'plain' });
const all = (...objects: object[]) =>
  traffic([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plain' } }, service('db'), outsider, ...objects]);
const fromMesh = (...objects: object[]) =>
  endsOf(
    all(...objects)
      .from('shop/web-v1')
      .http('GET http://db.shop/'),
  );
const fromOutside = (...objects: object[]) =>
  endsOf(
    all(...objects)
      .from('plain/old-v1')
      .http('GET http://db.shop/'),
  );

test('a machine with a ServiceAccount gets the identity of callers in the mesh', () => {
  expect([
    fromMesh(machine(), strict(), allowing('cluster.local/ns/shop/sa/web')),
    fromMesh(machine(), strict(), allowing('cluster.local/ns/shop/sa/other')),
  ]).toEqual(['10.0.8.4', '403']);
});

test('mutual TLS to a machine depends on its PeerAuthentication and on the DestinationRule of the caller', () => {
  expect([
    fromMesh(machine(), strict(), plaintext),
    fromMesh(machine(), strict('PERMISSIVE'), plaintext),
    fromMesh(machine(), strict('DISABLE'), mutual),
    fromMesh(machine(), strict('DISABLE')),
  ]).toEqual(['503', '10.0.8.4', '503', '10.0.8.4']);
});

test('a PeerAuthentication that selects the machine has priority, also for one port', () => {
  const selecting = (more: object) =>
    istio('PeerAuthentication', 'db', { selector: { matchLabels: { app: 'db' } }, ...more });
  expect([
    fromMesh(machine(), strict(), selecting({ mtls: { mode: 'PERMISSIVE' } }), plaintext),
    fromMesh(machine(), strict('PERMISSIVE'), selecting({ mtls: { mode: 'STRICT' } }), plaintext),
    fromMesh(machine(), selecting({ mtls: { mode: 'STRICT' } }), plaintext),
    fromMesh(machine(), selecting({ portLevelMtls: { 80: { mode: 'STRICT' } } }), plaintext),
  ]).toEqual(['10.0.8.4', '503', '503', '503']);
});

test('a caller without a proxy reaches a machine in plain text only', () => {
  expect([fromOutside(machine(), strict()), fromOutside(machine(), strict('PERMISSIVE'))]).toEqual(['0', '10.0.8.4']);
});

test('policies of connections apply to a port for bytes', () => {
  const tcp = (principal: string) =>
    endsOf(all(machine(), strict(), allowing(principal)).from('shop/web-v1').tcp('db:9000'));
  expect([tcp('cluster.local/ns/shop/sa/web'), tcp('cluster.local/ns/shop/sa/other')]).toEqual(['10.0.8.4', '0']);
});

test('whether a machine has a proxy is unknown without a ServiceAccount, unless a label states it', () => {
  const policy = allowing('cluster.local/ns/shop/sa/web');
  const label = (value: string) => machine({ labels: { app: 'db', 'security.istio.io/tlsMode': value } });
  expect(() => fromMesh(machine({ serviceAccount: undefined }), policy)).toThrow(
    'whose workload is not in the manifests',
  );
  expect(() => fromMesh(label('disabled'), policy)).toThrow('whose workload is not in the manifests');
  expect(fromMesh(label('istio'), policy)).toBe('10.0.8.4');
});

test('requests on a port without a protocol are an error', () => {
  expect(() => all(machine(), strict()).from('shop/web-v1').http('GET http://db:81/')).toThrow('declares no protocol');
});
