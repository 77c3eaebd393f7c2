import { checkObjects } from '../../../../lib/checks';
import { istio, meshed, pods, service } from '../../../testing/traffic/support';

type Objects = Parameters<typeof checkObjects>[0];

/** What a check finds, with web of two versions in the mesh, and what calls it. */
function messages(id: string, ...objects: object[]): string[] {
  const outside = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } };
  const all = [meshed('shop'), outside, pods('web', 'v1'), pods('web', 'v2'), service('web'), ...objects];
  return checkObjects(all as Objects)
    .findings.filter(each => each.id === id)
    .map(each => each.message);
}

/** A caller of the namespace without the mesh, or of another one. */
function caller(address: string, { namespace = 'other', version = 'v1' } = {}): object {
  const name = `client-${version}`;
  const labels = { app: 'client', version };
  const containers = [{ name: 'app', image: 'app', env: [{ name: 'ADDRESS', value: address }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

const peerAuthentication = (mode: string, ports: object = {}, labels: object = { app: 'web' }) =>
  istio('PeerAuthentication', 'web', {
    selector: { matchLabels: labels },
    mtls: { mode },
    portLevelMtls: Object.fromEntries(Object.entries(ports).map(([port, each]) => [port, { mode: each as string }])),
  });
const alias = (externalName: string) => service('site', 'shop', { type: 'ExternalName', externalName, selector: {} });

const EXCLUDED = 'traffic.sidecar.istio.io/excludeInboundPorts';

describe('a caller in plain text', () => {
  const WEB = 'http://web.shop:80/';

  test.each<[string, object[], boolean]>([
    [
      'the port permits it by its number in the Pod',
      [caller(WEB), peerAuthentication('STRICT', { 8080: 'PERMISSIVE' })],
      false,
    ],
    [
      'the port requires mutual TLS by its number in the Pod',
      [caller(WEB), peerAuthentication('PERMISSIVE', { 8080: 'STRICT' })],
      true,
    ],
    [
      'the port is excluded from the proxy',
      [
        caller(WEB),
        ...['v1', 'v2'].map(version => pods('web', version, { annotations: { [EXCLUDED]: '8080' } })),
        peerAuthentication('STRICT'),
      ],
      false,
    ],
    ['another port requires it', [caller(WEB), peerAuthentication('PERMISSIVE', { 9000: 'STRICT' })], false],
    ['one version of the callee requires it', [caller(WEB), peerAuthentication('STRICT', {}, { version: 'v2' })], true],
    ['no version requires it', [caller(WEB), peerAuthentication('PERMISSIVE', {}, { version: 'v2' })], false],
    [
      'the Service is another name for one that requires it',
      [caller('http://site.shop:80/'), alias('web.shop.svc.cluster.local'), peerAuthentication('STRICT')],
      true,
    ],
    [
      'the Service is a name for a host outside',
      [caller('http://site.shop:80/'), alias('web.example'), peerAuthentication('STRICT')],
      false,
    ],
  ])('is closed where mutual TLS is required: %s', (_name, objects, isClosed) => {
    expect(messages('PlainTextCaller', ...objects)).toHaveLength(isClosed ? 1 : 0);
  });

  const sidecar = istio(
    'Sidecar',
    'client',
    {
      workloadSelector: { labels: { app: 'client' } },
      egress: [{ hosts: ['shop/web.shop.svc.cluster.local'] }],
    },
    'other',
  );

  const unserved = service('web', 'shop', { ports: [{ name: 'http', port: 80, targetPort: 'absent' }] });

  test.each<[string, object[], boolean]>([
    ['all of them', [peerAuthentication('STRICT')], true],
    ['some of them', [peerAuthentication('STRICT', { 9000: 'PERMISSIVE' })], false],
    ['none, since the Pods have no such port', [peerAuthentication('STRICT'), unserved], false],
  ])('of which the called ports are unknown is closed where all require it: %s', (_name, objects, isClosed) => {
    const found = messages('PlainTextCaller', caller('none'), sidecar, service('client', 'other'), ...objects);
    expect(found).toHaveLength(isClosed ? 1 : 0);
  });
});

describe('a call that NetworkPolicies block', () => {
  const WEB = 'http://web:80/';
  const policy = (name: string, podSelector: object, spec: object) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec: { podSelector, ...spec },
  });
  const labels = (matchLabels: object) => ({ matchLabels });
  const callers = ['v1', 'v2'].map(version => caller(WEB, { namespace: 'shop', version }));
  const ofWeb = (spec: object) => policy('web', labels({ app: 'web' }), spec);

  test.each<[string, object[], string | undefined]>([
    ['no policy', callers, undefined],
    ['one for all versions of the callee', [...callers, ofWeb({ ingress: [] })], 'ingress of Deployment web-v1'],
    [
      'one for the second version of the callee',
      [...callers, policy('web', labels({ version: 'v2', app: 'web' }), { ingress: [] })],
      'ingress of Deployment web-v2',
    ],
    [
      'one that the second version of the caller does not match',
      [...callers, ofWeb({ ingress: [{ from: [{ podSelector: labels({ version: 'v1' }) }] }] })],
      'ingress of Deployment web-v1',
    ],
    [
      'one by an expression that the second version of the caller does not match',
      [
        ...callers,
        ofWeb({
          ingress: [
            { from: [{ podSelector: { matchExpressions: [{ key: 'version', operator: 'NotIn', values: ['v2'] }] } }] },
          ],
        }),
      ],
      'ingress of Deployment web-v1',
    ],
    [
      'one that allows all versions of the caller',
      [...callers, ofWeb({ ingress: [{ from: [{ podSelector: labels({ app: 'client' }) }] }] })],
      undefined,
    ],
    [
      'one of the callers that allows the first version of the callee',
      [
        ...callers,
        policy('client', labels({ app: 'client' }), {
          policyTypes: ['Egress'],
          egress: [{ to: [{ podSelector: labels({ version: 'v1' }) }] }],
        }),
      ],
      'egress of Deployment client-v1',
    ],
    [
      'one for a single caller',
      callers.slice(0, 1).concat(policy('client', labels({ app: 'client' }), { policyTypes: ['Egress'] })),
      'egress',
    ],
  ])('is found for each version of both ends: %s', (_name, objects, where) => {
    const found = messages('BlockedCall', ...objects, service('client'));
    expect(found.map(each => / allow the (.*) on port 8080\./.exec(each)?.[1])).toEqual(
      where === undefined ? [] : [where],
    );
  });

  test('only the workloads that call count, of those that one Service selects', () => {
    const others = service('all', 'shop', { selector: { version: 'v3' } });
    const worker = pods('worker', 'v3');
    const first = caller(WEB, { namespace: 'shop', version: 'v3' });
    const forClients = ofWeb({ ingress: [{ from: [{ podSelector: labels({ app: 'client' }) }] }] });
    expect(messages('BlockedCall', others, worker, first, forClients)).toEqual([]);
    const forWorkers = ofWeb({ ingress: [{ from: [{ podSelector: labels({ app: 'worker' }) }] }] });
    expect(messages('BlockedCall', others, worker, first, forWorkers)).toHaveLength(1);
  });
});
