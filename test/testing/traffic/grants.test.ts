import { Traffic } from '../../../lib/testing';
import { checkManifests } from '../../../lib/checks';
import { Cluster } from '../../../lib/manifests';
import { manifestsOf } from '../../support/manifests';
import { endsOf, gatewayApi, TOWN, traffic } from './support';

const GROUP = 'gateway.networking.k8s.io';
const door = (listeners: object[] = [{ name: 'http', port: 80, protocol: 'HTTP' }], spec: object = {}) =>
  gatewayApi('Gateway', 'door', { gatewayClassName: 'istio', listeners, ...spec });
const route = gatewayApi('HTTPRoute', 'r', {
  parentRefs: [{ name: 'door' }],
  rules: [{ backendRefs: [{ name: 'bank', namespace: 'money', port: 80 }] }],
});
const FROM = { group: GROUP, kind: 'HTTPRoute', namespace: 'shop' };
const TO = { group: '', kind: 'Service' };
const grant = (from: object, to: object, namespace = 'money') =>
  gatewayApi('ReferenceGrant', 'g', { from: [from], to: [to] }, namespace);

const unknownBackends = (objects: object[]) =>
  checkManifests(new Cluster(manifestsOf([...TOWN, ...objects]).resources)).findings.filter(
    each => each.id === 'UnknownBackend',
  );

test.each<[string, object, boolean]>([
  ['all that it has to be', grant(FROM, TO), true],
  ['the Service by its name', grant(FROM, { ...TO, name: 'bank' }), true],
  ['another Service', grant(FROM, { ...TO, name: 'vault' }), false],
  ['routes of another group', grant({ ...FROM, group: 'x.example' }, TO), false],
  ['routes of no group', grant({ kind: 'HTTPRoute', namespace: 'shop' }, TO), false],
  ['routes of another kind', grant({ ...FROM, kind: 'GRPCRoute' }, TO), false],
  ['routes of another namespace', grant({ ...FROM, namespace: 'money' }, TO), false],
  ['Services of another group', grant(FROM, { ...TO, group: 'x.example' }), false],
  ['Services of the group "core"', grant(FROM, { ...TO, group: 'core' }), false],
  ['another kind of the group', grant(FROM, { ...TO, kind: 'Secret' }), false],
  ['the same in another namespace', grant(FROM, TO, 'shop'), false],
])('a grant of %s', (_name, object, isGranted) => {
  const all = [door(), route, object];
  expect(endsOf(traffic(all).fromInternet('GET http://a.example/'))).toBe(isGranted ? 'bank-v1' : '500');
  expect(unknownBackends(all)).toHaveLength(isGranted ? 0 : 1);
});

const certificate = (namespace?: string) => ({ name: 'cert', ...(namespace === undefined ? {} : { namespace }) });
const secure = (...certificateRefs: object[]) =>
  door([{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs } }]);
const own = gatewayApi('HTTPRoute', 'own', {
  parentRefs: [{ name: 'door' }],
  rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
});
const secret = (from: object, to: object) =>
  grant({ group: GROUP, kind: 'Gateway', namespace: 'shop', ...from }, { group: '', kind: 'Secret', ...to });

test.each<[string, object[], string]>([
  ['of its own namespace', [secure(certificate())], 'web-v1'],
  ['of another', [secure(certificate('money'))], '0'],
  ['of another that grants it', [secure(certificate('money')), secret({}, {})], 'web-v1'],
  ['of another that grants another', [secure(certificate('money')), secret({}, { name: 'other' })], '0'],
  [
    'of another that grants it to another group',
    [secure(certificate('money')), secret({ group: 'networking.istio.io' }, {})],
    '0',
  ],
  [
    'of another that grants Secrets of another group',
    [secure(certificate('money')), secret({}, { group: 'x.example' })],
    '0',
  ],
])('a listener with a certificate %s', (_name, objects, expected) => {
  const all = traffic([...objects, own]);
  expect(endsOf(all.fromInternet('GET https://a.example/'))).toBe(expected);
  expect(all.matrix().has('internet', 'shop/web-v1')).toBe(expected === 'web-v1');
});

test('the port decides whether client certificates are required, else the default', () => {
  const validation = (more: object = {}) => ({
    validation: { caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'ca' }], ...more },
  });
  const asked = (frontend: object) =>
    endsOf(
      traffic([
        door([{ name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [certificate()] } }], {
          tls: { frontend },
        }),
        own,
      ]).fromInternet('GET https://a.example/'),
    );
  expect([
    asked({ default: validation() }),
    asked({ default: {}, perPort: [{ port: 443, tls: validation() }] }),
  ]).toEqual(['0', '0']);
  expect([
    asked({ default: validation(), perPort: [{ port: 443, tls: {} }] }),
    asked({ default: {}, perPort: [{ port: 8443, tls: validation() }] }),
  ]).toEqual(['web-v1', 'web-v1']);
  expect(asked({ default: validation({ mode: 'AllowInsecureFallback' }) })).toBe('web-v1');
});

const consumer = (parents: object[]) =>
  gatewayApi('HTTPRoute', 'c', {
    parentRefs: parents,
    rules: [{ backendRefs: [{ name: 'bank', namespace: 'money', port: 80 }] }],
  });
const BANK = { group: '', kind: 'Service', name: 'bank', namespace: 'money' };

test(
  'a route of a consumer may reference a Service of another namespace without a grant, as long as it '
    + 'is at no gateway',
  () => {
    const found = (...parents: object[]) => unknownBackends([door(), consumer(parents)]).length;
    const both = Traffic.of(manifestsOf([...TOWN, door(), consumer([BANK, { name: 'door' }])]));
    expect(
      endsOf(
        traffic([consumer([BANK])])
          .from('web')
          .http('GET http://bank.money/'),
      ),
    ).toBe('bank-v1');
    expect([
      endsOf(both.from('web').http('GET http://bank.money/')),
      endsOf(both.fromInternet('GET http://a.example/')),
    ]).toEqual(['bank-v1', '500']);
    expect([found(BANK), found(BANK, { name: 'door' })]).toEqual([0, 1]);
  },
);
