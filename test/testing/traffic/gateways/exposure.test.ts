import { gatewayApi, istio, pods, service, traffic } from '../support';

const ASSUMED = /assumption: a load balancer leads to the gateway shop\/door, whose Service is a ClusterIP/;
const gateway = (spec: object = {}, annotations: object = {}, gatewayClassName = 'istio') => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'door', namespace: 'shop', annotations },
  spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }], ...spec },
});
const route = gatewayApi('HTTPRoute', 'it', {
  parentRefs: [{ name: 'door' }],
  rules: [{ backendRefs: [{ name: 'web', port: 80 }] }],
});
const byParameters = (group: string, kind: string) =>
  gateway({ infrastructure: { parametersRef: { group, kind, name: 'it' } } }, {}, group === '' ? 'istio' : 'eg');
const configMap = (type: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'it', namespace: 'shop' },
  data: { service: `spec:\n  type: ${type}\n` },
});
const envoyProxy = (envoyService: object) => ({
  apiVersion: 'gateway.envoyproxy.io/v1alpha1',
  kind: 'EnvoyProxy',
  metadata: { name: 'it', namespace: 'shop' },
  spec: { provider: { type: 'Kubernetes', kubernetes: { envoyService } } },
});
const CLUSTER_IP = { 'networking.istio.io/service-type': 'ClusterIP' };
const binding = (name: string, namespace = 'shop') => ({
  apiVersion: 'elbv2.k8s.aws/v1beta1',
  kind: 'TargetGroupBinding',
  metadata: { name: 'it', namespace },
  spec: { serviceRef: { name, port: 80 } },
});
const ingress = (name: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'it', namespace: 'shop' },
  spec: { rules: [{ http: { paths: [{ backend: { service: { name, port: { number: 80 } } } }] } }] },
});
const explain = (...objects: object[]) =>
  traffic([route, ...objects])
    .fromInternet('GET http://a.example/')
    .explain();

test.each<readonly [string, object[]]>([
  ['by an annotation', [gateway({}, CLUSTER_IP)]],
  ['by an annotation for what is made of it', [gateway({ infrastructure: { annotations: CLUSTER_IP } })]],
  ['by a ConfigMap', [byParameters('', 'ConfigMap'), configMap('ClusterIP')]],
  ['by an EnvoyProxy', [byParameters('gateway.envoyproxy.io', 'EnvoyProxy'), envoyProxy({ type: 'ClusterIP' })]],
  ['with a load balancer before another Service', [gateway({}, CLUSTER_IP), binding('web')]],
  [
    'with a load balancer before the Service of that name elsewhere',
    [gateway({}, CLUSTER_IP), binding('door-istio', 'money')],
  ],
])('a gateway whose Service is a ClusterIP %s is reached by an assumption that the result states', (_what, objects) => {
  expect(explain(...objects)).toMatch(ASSUMED);
});

test.each<readonly [string, object[]]>([
  ['is a load balancer', [gateway()]],
  ['is a load balancer by a ConfigMap', [byParameters('', 'ConfigMap'), configMap('LoadBalancer')]],
  ['is a NodePort', [gateway({}, { 'networking.istio.io/service-type': 'NodePort' })]],
  ['has a TargetGroupBinding', [gateway({}, CLUSTER_IP), binding('door-istio')]],
  ['has an Ingress', [gateway({}, CLUSTER_IP), ingress('door-istio')]],
  [
    'has a TargetGroupBinding by the name that an EnvoyProxy gives it',
    [
      byParameters('gateway.envoyproxy.io', 'EnvoyProxy'),
      envoyProxy({ type: 'ClusterIP', name: 'own' }),
      binding('own', 'money'),
    ],
  ],
])('nothing is assumed of a gateway whose Service %s', (_what, objects) => {
  expect(explain(...objects)).not.toContain('assumption');
});

describe('of a Gateway of Istio', () => {
  const own = istio('Gateway', 'door', {
    selector: { app: 'door' },
    servers: [{ port: { number: 8080, protocol: 'HTTP' }, hosts: ['*'] }],
  });
  const rules = istio('VirtualService', 'it', {
    hosts: ['*'],
    gateways: ['door'],
    http: [{ route: [{ destination: { host: 'web' } }] }],
  });
  const front = (spec: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'door', namespace: 'shop' },
    spec: { selector: { app: 'door' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  });

  test.each<readonly [string, object, boolean]>([
    ['without a type', {}, true],
    ['of the type ClusterIP', { type: 'ClusterIP' }, true],
    ['of the type LoadBalancer', { type: 'LoadBalancer' }, false],
    ['of the type NodePort', { type: 'NodePort' }, false],
    ['with addresses outside', { externalIPs: ['192.0.2.1'] }, false],
  ])('the Service %s', (_what, spec, isAssumed) => {
    const text = traffic([own, rules, pods('door'), front(spec)])
      .fromInternet('GET http://a.example/')
      .explain();
    expect(ASSUMED.test(text)).toBe(isAssumed);
  });

  test('Pods that no manifest has are not assumed about twice', () => {
    const assumed = istio('Gateway', 'door', {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['*'] }],
    });
    const explanation = traffic([assumed, rules]).fromInternet('GET http://a.example/').explain();
    expect(explanation.match(/assumption: .*/g)).toEqual([
      'assumption: the Pods of the gateway shop/door, which are not among the manifests, have the labels '
        + 'app: istio-ingressgateway, istio: ingressgateway in namespace istio-system',
    ]);
  });
});

describe('a Service of Pods that are no gateway', () => {
  const front = (spec: object) => service('front', 'shop', { selector: { app: 'web' }, ...spec });
  const enter = (objects: object[]) => traffic(objects).fromInternet('GET http://a.example/');

  test.each([
    ['of type LoadBalancer', { type: 'LoadBalancer' }],
    ['with external addresses', { externalIPs: ['192.0.2.1'] }],
  ])('%s is an error where no gateway has the port', (_name, spec) => {
    expect(() => enter([front(spec)])).toThrow('No gateway takes a.example, but the Service shop/front is reached');
  });

  test('concerns neither other ports nor other Services', () => {
    enter([front({ type: 'ClusterIP' })]).expectDenied(0);
    enter([front({ type: 'LoadBalancer', ports: [{ name: 'http', port: 8080 }] })]).expectDenied(0);
    const pod = pods('exit', 'v1', { annotations: { 'inject.istio.io/templates': 'gateway' } });
    enter([pod, service('exit', 'shop', { type: 'LoadBalancer' })]).expectDenied(0);
  });
});
