import { Unsimulated } from '../../../lib/testing';
import { endsOf, gatewayApi, istio, service, TOWN, traffic } from './support';

const server = (number: number) => ({ port: { number, name: 'http', protocol: 'HTTP' }, hosts: ['*'] });
const gateway = (selector: object, number = 80) => istio('Gateway', 'own', { selector, servers: [server(number)] });
const toWeb = istio('VirtualService', 'v', {
  hosts: ['a.example'],
  gateways: ['own'],
  http: [{ route: [{ destination: { host: 'web', port: { number: 80 } } }] }],
});
const denyingIn = (namespace: string, matchLabels?: object) =>
  istio(
    'AuthorizationPolicy',
    'deny',
    { ...(matchLabels && { selector: { matchLabels } }), action: 'DENY', rules: [{}] },
    namespace,
  );
const INGRESS = { name: 'edge', namespace: 'infra', labels: { app: 'edge', istio: 'ingress' } };
const enter = (objects: object[], props = {}) =>
  endsOf(traffic([toWeb, ...objects], props).fromInternet('GET http://a.example/'));

describe('Pods of gateways that are given', () => {
  const own = gateway({ istio: 'ingress' });

  test.each<[string, object, string]>([
    ['of their namespace', denyingIn('infra'), '403'],
    ['of another namespace', denyingIn('istio-ingress'), 'web-v1'],
    ['of their namespace for all of their labels', denyingIn('infra', { app: 'edge' }), '403'],
    ['of their namespace for labels that they have not', denyingIn('infra', { app: 'istio-ingress' }), 'web-v1'],
  ])('are subject to a policy %s', (_name, policy, expected) => {
    expect(enter([own, policy], { gatewayPods: [INGRESS] })).toBe(expected);
    expect(() => enter([own, denyingIn('infra')])).toThrow('or set `gatewayPods`');
  });

  test('are reached at the ports of their Service', () => {
    const at = (ports: object[]) =>
      enter([gateway({ istio: 'ingress' }, 8080)], { gatewayPods: [{ ...INGRESS, ports }] });
    expect(at([{ port: 80, targetPort: 8080 }])).toBe('web-v1');
    expect(at([{ port: 8080 }])).toBe('0');
    const open = traffic([toWeb, gateway({ istio: 'ingress' }, 9090)], { gatewayPods: [INGRESS] });
    open.fromInternet('GET http://a.example:9090/').expectRoutedTo('web');
    const closed = traffic([toWeb, gateway({ istio: 'ingress' }, 9090)], {
      gatewayPods: [{ ...INGRESS, ports: [{ port: 80 }] }],
    });
    closed.fromInternet('GET http://a.example:9090/').expectDenied(0);
  });

  test('replace those of usual installations that a Gateway may confuse with them', () => {
    const profile = { name: 'istio-ingressgateway', namespace: 'infra', labels: { istio: 'ingressgateway' } };
    const objects = [gateway({ istio: 'ingressgateway' }), denyingIn('istio-system', { istio: 'ingressgateway' })];
    const ofNamespace = [gateway({ istio: 'ingressgateway' }), istio('AuthorizationPolicy', 'none', {}, 'infra')];
    expect(enter(objects, { gatewayPods: [profile] })).toBe('403');
    expect(enter(ofNamespace, { gatewayPods: [profile] })).toBe('403');
    expect(enter(ofNamespace, { gatewayPods: [{ ...profile, namespace: 'other' }] })).toBe('web-v1');
  });

  test('call with the identity of their ServiceAccount, by default that of their name', () => {
    const only = (account: string) =>
      istio('AuthorizationPolicy', 'only', {
        rules: [{ from: [{ source: { principals: [`cluster.local/ns/infra/sa/${account}`] } }] }],
      });
    expect(enter([own, only('edge')], { gatewayPods: [INGRESS] })).toBe('web-v1');
    expect(enter([own, only('edge')], { gatewayPods: [{ ...INGRESS, serviceAccount: 'sa' }] })).toBe('403');
    expect(enter([own, only('sa')], { gatewayPods: [{ ...INGRESS, serviceAccount: 'sa' }] })).toBe('web-v1');
  });

  test('are an assumption of the explanation, with their namespace', () => {
    expect(
      traffic([toWeb, own], { gatewayPods: [INGRESS] })
        .fromInternet('GET http://a.example/')
        .explain(),
    ).toContain(
      'assumption: the Pods of the gateway shop/own, which are not among the manifests, have the labels app: edge, '
        + 'istio: ingress in namespace infra',
    );
  });
});

describe('settings of the mesh that are given', () => {
  const only = { outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } };
  const out = (objects: object[], meshConfig: Record<string, unknown>) =>
    endsOf(traffic(objects, { meshConfig }).from('web').http('GET http://out.example/'));
  const configMap = (settings: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio', namespace: 'istio-system' },
    data: { mesh: JSON.stringify(settings) },
  });

  test('hold where manifests have none', () => {
    expect(out([], {})).not.toBe('502');
    expect(out([], only)).toBe('502');
  });

  test('are those of manifests, where these have the field', () => {
    expect(out([configMap({ trustDomain: 'a' })], only)).toBe('502');
    expect(out([configMap({ outboundTrafficPolicy: { mode: 'ALLOW_ANY' } })], only)).not.toBe('502');
  });

  test('do not repair a ConfigMap that is not readable', () => {
    const broken = { ...configMap({}), data: { mesh: 'a: [' } };
    expect(() => out([broken], only)).toThrow(Unsimulated);
  });

  test('are an error where they are not simulated', () => {
    expect(() => out([], { discoverySelectors: [{}] })).toThrow(
      'The MeshConfig assumed has a field that is not simulated: meshConfig.discoverySelectors',
    );
  });
});

test('the domain of the cluster that is given completes names', () => {
  const at = (host: string, clusterDomain?: string) =>
    endsOf(traffic([], { clusterDomain }).from('web').http(`GET http://${host}/`));
  expect(at('bank.money.svc.corp.example', 'corp.example')).toBe('bank-v1');
  expect(at('bank.money.svc.corp.example')).not.toBe('bank-v1');
});

describe('GatewayClasses that are given', () => {
  const objects = [
    gatewayApi('Gateway', 'g', {
      gatewayClassName: 'public',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    }),
    gatewayApi('HTTPRoute', 'r', {
      parentRefs: [{ name: 'g' }],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
    }),
  ];
  const enterBy = (gatewayClasses: Record<string, string>, more: object[] = []) =>
    endsOf(traffic([...objects, ...more], { gatewayClasses }).fromInternet('GET http://a.example/'));

  test('have the controller that is given', () => {
    expect(enterBy({ public: 'istio.io/gateway-controller' })).toBe('web-v1');
    expect(enterBy({ public: 'gateway.envoyproxy.io/gatewayclass-controller' })).toBe('web-v1');
    expect(() => enterBy({ other: 'istio.io/gateway-controller' })).toThrow('or set `gatewayClasses`');
  });

  test('are those of manifests, where these declare them', () => {
    const declared = { ...gatewayApi('GatewayClass', 'public', { controllerName: 'other.example/controller' }) };
    expect(() => enterBy({ public: 'istio.io/gateway-controller' }, [declared])).toThrow(Unsimulated);
  });
});

describe('a host that no gateway among the manifests routes', () => {
  const route = gatewayApi('HTTPRoute', 'r', {
    parentRefs: [{ name: 'public', namespace: 'infra' }],
    hostnames: ['*.example'],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  const known = istio('Gateway', 'known', { selector: { app: 'web' }, servers: [server(80)] });

  test.each([
    ['an HTTPRoute', route, 'The HTTPRoute shop/r'],
    ['a VirtualService', toWeb, 'VirtualService shop/v'],
  ])('is an error if %s has it for a Gateway that is not among them', (_name, object) => {
    for (const objects of [[object], [object, known]]) {
      const ask = (request: string, props = {}) => traffic(objects).fromInternet(request, props);
      expect(() => ask('GET http://a.example/')).toThrow(
        'No gateway among the manifests routes a.example, but the Gateway',
      );
      expect(() => ask('GET http://a.other/')).not.toThrow();
    }
    expect(() =>
      traffic([object, known]).fromInternet('GET http://a.example/', { gateway: 'shop/known' }),
    ).not.toThrow();
  });
});

test('a route of another Gateway that is among the manifests does not apply', () => {
  const at = (name: string, port: number) =>
    gatewayApi('Gateway', name, { gatewayClassName: 'istio', listeners: [{ name: 'http', port, protocol: 'HTTP' }] });
  const route = gatewayApi('HTTPRoute', 'r', {
    parentRefs: [{ name: 'other' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
  });
  const objects = [at('door', 80), at('other', 8080), route];
  expect(endsOf(traffic(objects).fromInternet('GET http://a.example/'))).toBe('404');
});

test('Services select given Pods of gateways no less than others', () => {
  const front = service('edge', 'infra', { selector: { app: 'edge' }, ports: [{ port: 80, targetPort: 8080 }] });
  const own = gateway({ istio: 'ingress' }, 8080);
  expect(TOWN).not.toContain(front);
  expect(enter([own, front], { gatewayPods: [INGRESS] })).toBe('web-v1');
});
