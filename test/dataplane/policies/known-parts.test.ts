import { authorize, type AuthorizationInput } from '../../../lib/dataplane';
import { Cluster, loadResources } from '../../../lib/manifests';

const MESSAGE = { scheme: 'http', host: 'a.example', port: 80, method: 'GET', path: '/v1', query: '', headers: {} };

/** Whether a policy that allows an operation alone allows requests of which a part is unknown. */
function isAllowed(operation: object, unknown: AuthorizationInput['unknown'], pathStart?: string): boolean | undefined {
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { rules: [{ to: [{ operation }] }] },
  };
  const cluster = new Cluster(loadResources(JSON.stringify(policy), { file: 'p.yaml' }));
  const connection = { namespace: '', labels: {}, port: { number: 80, names: [], protocol: 'TCP' } };
  const input = { connection, message: MESSAGE, isTcp: false, unknown, pathStart };
  return authorize({ namespace: 'shop', labels: {} }, input, cluster).isAllowed;
}

test.each<[string, boolean | undefined]>([
  ['a.example', undefined],
  ['A.example', undefined],
  ['a.example:8080', undefined],
  ['a.example:*', undefined],
  ['b.example', false],
  ['b.example:80', false],
  ['a.*', true],
  ['*', true],
  ['b.*', false],
  ['*.example', undefined],
  ['*.org', false],
  ['*80', undefined],
])('the host %s of a policy matches a host with an unknown port: %s', (host, expected) => {
  expect(isAllowed({ hosts: [host] }, new Set(['authority port']))).toBe(expected);
  expect(isAllowed({ hosts: [host] }, new Set(['authority port', 'host']))).toBe(undefined);
});

test('the header of a host with an unknown port is unknown', () => {
  expect(isAllowed({ hosts: ['a.example'] }, new Set())).toBe(true);
  const when = (value: string) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { rules: [{ when: [{ key: 'request.headers[:authority]', values: [value] }] }] },
  });
  const cluster = new Cluster(loadResources(JSON.stringify(when('b.example')), { file: 'p.yaml' }));
  const connection = { namespace: '', labels: {}, port: { number: 80, names: [], protocol: 'TCP' } };
  const allowed = (unknown: AuthorizationInput['unknown']) =>
    authorize({ namespace: 'shop', labels: {} }, { connection, message: MESSAGE, isTcp: false, unknown }, cluster)
      .isAllowed;
  expect(allowed(new Set())).toBe(false);
  expect(allowed(new Set(['authority port']))).toBe(undefined);
});

test('of an unknown path counts what it begins with', () => {
  expect(isAllowed({ paths: ['/v1/items'] }, new Set(['path']), '/api')).toBe(false);
  expect(isAllowed({ paths: ['/v1/items'] }, new Set(['path']), '/v1')).toBe(undefined);
  expect(isAllowed({ paths: ['/v1*'] }, new Set(['path']), '/v1')).toBe(true);
  expect(isAllowed({ paths: ['/v1*'] }, new Set(['path']))).toBe(undefined);
});

test('the address of a client that unknown headers may have is unknown', () => {
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'p', namespace: 'shop' },
    spec: { rules: [{ from: [{ source: { remoteIpBlocks: ['10.0.0.0/8'] } }] }] },
  };
  const cluster = new Cluster(loadResources(JSON.stringify(policy), { file: 'p.yaml' }));
  const port = { number: 80, names: [], protocol: 'TCP' } as const;
  const allowed = (unknown: AuthorizationInput['unknown']) => {
    const connection = { namespace: '', labels: {}, address: '10.0.0.7', port };
    const input = { connection, message: MESSAGE, isTcp: false, unknown };
    return authorize({ namespace: 'shop', labels: {} }, input, cluster).isAllowed;
  };
  expect(allowed(new Set())).toBe(true);
  expect(allowed(new Set(['headers']))).toBe(undefined);
});
