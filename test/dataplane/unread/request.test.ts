import { Traffic } from '../../../lib/testing';
import { gatewayApi, istio, service, TOWN, traffic } from '../../testing/traffic/support';
import { manifestsOf } from '../../support/manifests';

function object(apiVersion: string, kind: string, spec: object, metadata: object = { namespace: 'shop' }): object {
  return { apiVersion, kind, metadata: { name: 'it', ...metadata }, spec };
}

const FROM_WEB = (objects: readonly object[]) => traffic(objects).from('web').http('GET http://cart/');
const POLICY = 'policy.networking.k8s.io/v1alpha1';
const EVERYWHERE = {};
const shop = { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } };
const money = { matchLabels: { 'kubernetes.io/metadata.name': 'money' } };
const lua = (context: string) => ({
  configPatches: [
    {
      applyTo: 'HTTP_FILTER',
      match: { context },
      patch: { operation: 'INSERT_BEFORE', value: { name: 'envoy.filters.http.lua' } },
    },
  ],
});
const limits = (context: string) => ({
  configPatches: [
    {
      applyTo: 'HTTP_FILTER',
      match: { context },
      patch: { operation: 'INSERT_BEFORE', value: { name: 'envoy.filters.http.local_ratelimit' } },
    },
  ],
});

const merged = (typed_config: object, operation = 'MERGE') => ({
  configPatches: [
    {
      applyTo: 'NETWORK_FILTER',
      match: { context: 'SIDECAR_INBOUND' },
      patch: { operation, value: { name: 'envoy.filters.network.http_connection_manager', typed_config } },
    },
  ],
});

test.each<[string, object]>([
  ['one setting among harmless ones', merged({ stat_prefix: 'shop', use_remote_address: true })],
  ['only a setting that is not read', merged({ normalize_path: false })],
  ['a filter of connections', merged({ stat_prefix: 'shop' }, 'REMOVE')],
  [
    'a limit that is merged with another filter',
    {
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          patch: { operation: 'MERGE', value: { name: 'envoy.filters.http.local_ratelimit' } },
        },
      ],
    },
  ],
])('an EnvoyFilter that changes %s is not simulated', (_what, spec) => {
  expect(() => FROM_WEB([istio('EnvoyFilter', 'it', spec)])).toThrow(/The EnvoyFilter .*it .*not simulated/);
});

test('an EnvoyFilter that changes the names of statistics and the log is no obstacle', () => {
  FROM_WEB([
    istio('EnvoyFilter', 'it', merged({ '@type': 'HttpConnectionManager', stat_prefix: 'shop', access_log: [] })),
  ]).expectRoutedTo('cart');
});

const CONCERNED: readonly (readonly [string, object])[] = [
  ['AWS', object('networking.k8s.aws/v1alpha1', 'ApplicationNetworkPolicy', { podSelector: {} })],
  ['AWS, by security groups', object('vpcresources.k8s.aws/v1beta1', 'SecurityGroupPolicy', { podSelector: {} })],
  ['OpenShift', object('network.openshift.io/v1', 'EgressNetworkPolicy', { egress: [] })],
  ['Consul', object('consul.hashicorp.com/v1alpha1', 'ServiceIntentions', { destination: { name: 'cart' } })],
  ['Kuma, in its own namespace', object('kuma.io/v1alpha1', 'MeshTrafficPermission', {}, { namespace: 'kuma-system' })],
  [
    'a policy of the cluster for all namespaces',
    object(POLICY, 'AdminNetworkPolicy', { subject: { namespaces: {} } }, EVERYWHERE),
  ],
  [
    'a policy of the cluster for these Pods',
    object(
      POLICY,
      'AdminNetworkPolicy',
      { subject: { pods: { namespaceSelector: shop, podSelector: { matchLabels: { app: 'cart' } } } } },
      EVERYWHERE,
    ),
  ],
  [
    'a policy of the cluster for the caller',
    object(
      POLICY,
      'BaselineAdminNetworkPolicy',
      { subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'web' } } } } },
      EVERYWHERE,
    ),
  ],
  [
    'a policy of the cluster in its later form',
    object('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', { subject: { namespaces: shop } }, EVERYWHERE),
  ],
  [
    'Cilium, by a label',
    object('cilium.io/v2', 'CiliumNetworkPolicy', { endpointSelector: { matchLabels: { 'k8s:app': 'cart' } } }),
  ],
  [
    'Cilium, by what it adds itself',
    object(
      'cilium.io/v2',
      'CiliumClusterwideNetworkPolicy',
      { endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop' } } },
      EVERYWHERE,
    ),
  ],
  [
    'Cilium, for routes',
    object('cilium.io/v2', 'CiliumEnvoyConfig', { services: [{ name: 'cart', namespace: 'shop' }] }),
  ],
  ['Calico', object('projectcalico.org/v3', 'NetworkPolicy', { selector: 'app == "cart"' })],
  [
    'Calico, for all namespaces',
    object('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', { selector: 'all()' }, EVERYWHERE),
  ],
  ['Linkerd', object('policy.linkerd.io/v1beta1', 'ServerAuthorization', { podSelector: {} })],
  ['a kind of Istio of a later release', object('networking.istio.io/v1', 'QuantumRoute', {})],
  [
    'an EnvoyFilter of the caller',
    istio('EnvoyFilter', 'it', { ...lua('SIDECAR_OUTBOUND'), workloadSelector: { labels: { app: 'web' } } }),
  ],
  [
    'an EnvoyFilter of the callee',
    istio('EnvoyFilter', 'it', { ...lua('SIDECAR_INBOUND'), workloadSelector: { labels: { app: 'cart' } } }),
  ],
  ['an EnvoyFilter of the mesh', istio('EnvoyFilter', 'it', lua('ANY'), 'istio-system')],
  [
    'a WasmPlugin of the callee',
    object('extensions.istio.io/v1alpha1', 'WasmPlugin', { selector: { matchLabels: { app: 'cart' } } }),
  ],
  [
    'a budget of retries for one of several Services',
    object('gateway.networking.x-k8s.io/v1alpha1', 'XBackendTrafficPolicy', {
      targetRefs: [
        { group: '', kind: 'Service', name: 'other' },
        { group: '', kind: 'Service', name: 'cart' },
      ],
    }),
  ],
  [
    'a budget of retries for the Service',
    object('gateway.networking.x-k8s.io/v1alpha1', 'XBackendTrafficPolicy', {
      targetRefs: [{ group: '', kind: 'Service', name: 'cart' }],
    }),
  ],
];

test.each(CONCERNED)('%s may decide, and is not simulated', (_what, found) => {
  const { kind } = found as { kind: string };
  expect(() => FROM_WEB([found])).toThrow(new RegExp(`The ${kind} .*it .*not simulated`));
});

test.each(CONCERNED.slice(0, -1))('%s is unknown in the matrix', (_what, found) => {
  const line = String(traffic([found]).matrix())
    .split('\n')
    .find(each => each.startsWith('shop/web-v1 '));
  expect(line).toContain('*');
});

test.each<readonly [string, object]>([
  [
    'a policy of the cluster for another namespace',
    object(POLICY, 'AdminNetworkPolicy', { subject: { namespaces: money } }, EVERYWHERE),
  ],
  [
    'a policy of the cluster for other Pods',
    object(
      POLICY,
      'AdminNetworkPolicy',
      { subject: { pods: { namespaceSelector: shop, podSelector: { matchLabels: { app: 'old' } } } } },
      EVERYWHERE,
    ),
  ],
  [
    'Cilium for others',
    object('cilium.io/v2', 'CiliumNetworkPolicy', { endpointSelector: { matchLabels: { app: 'old' } } }),
  ],
  [
    'Cilium for another namespace',
    object('cilium.io/v2', 'CiliumNetworkPolicy', { endpointSelector: {} }, { namespace: 'money' }),
  ],
  ["Cilium's addresses", object('cilium.io/v2', 'CiliumLoadBalancerIPPool', {}, EVERYWHERE)],
  [
    'Calico for another namespace',
    object('projectcalico.org/v3', 'NetworkPolicy', { selector: 'all()' }, { namespace: 'money' }),
  ],
  ["Calico's addresses", object('crd.projectcalico.org/v1', 'IPPool', {}, EVERYWHERE)],
  ['telemetry', object('telemetry.istio.io/v1', 'Telemetry', { accessLogging: [{}] })],
  [
    'an EnvoyFilter of others',
    istio('EnvoyFilter', 'it', { ...lua('ANY'), workloadSelector: { labels: { app: 'old' } } }),
  ],
  ['an EnvoyFilter of gateways', istio('EnvoyFilter', 'it', lua('GATEWAY'))],
  ['an EnvoyFilter with limits alone', istio('EnvoyFilter', 'it', limits('ANY'))],
  [
    'TLS to another Service',
    object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', {
      targetRefs: [{ group: '', kind: 'Service', name: 'bank' }],
    }),
  ],
])('%s is no obstacle', (_what, found) => {
  FROM_WEB([found]).expectRoutedTo('cart');
});

test.each<readonly [string, object, RegExp]>([
  [
    'a VirtualService',
    istio('VirtualService', 'it', {
      hosts: ['cart'],
      http: [{ quantum: 1, route: [{ destination: { host: 'cart' } }] }],
    }),
    /VirtualService shop\/it .*spec\.http\[0\]\.quantum/,
  ],
  [
    'a rule before it',
    istio('VirtualService', 'it', {
      hosts: ['cart'],
      http: [{ match: [{ moon: 1, uri: { exact: '/x' } }] }, { route: [{ destination: { host: 'cart' } }] }],
    }),
    /http\[0\]\.match\[0\]\.moon/,
  ],
  [
    'a DestinationRule',
    istio('DestinationRule', 'it', { host: 'cart', trafficPolicy: { tunnel: { targetHost: 'x', targetPort: 1 } } }),
    /DestinationRule shop\/it .*spec\.trafficPolicy\.tunnel/,
  ],
  [
    'a subset',
    istio('DestinationRule', 'it', {
      host: '*.shop.svc.cluster.local',
      subsets: [{ name: 'v1', trafficPolicy: { proxyProtocol: { version: 'V1' } } }],
    }),
    /subsets\[0\]\.trafficPolicy\.proxyProtocol/,
  ],
  [
    'the Sidecar of the caller',
    istio('Sidecar', 'it', {
      workloadSelector: { labels: { app: 'web' } },
      outboundTrafficPolicy: { egressProxy: { host: 'out' } },
    }),
    /Sidecar shop\/it .*egressProxy/,
  ],
  [
    'the Sidecar of the callee',
    istio('Sidecar', 'it', {
      workloadSelector: { labels: { app: 'cart' } },
      ingress: [{ port: { number: 80 }, moon: 'full' }],
    }),
    /Sidecar shop\/it .*spec\.ingress\[0\]\.moon/,
  ],
])('a field of %s that is not simulated is named', (_what, found, message) => {
  expect(() => FROM_WEB([found])).toThrow(message);
});

test.each<readonly [string, object]>([
  ['a VirtualService of another host', istio('VirtualService', 'it', { hosts: ['old'], http: [{ quantum: 1 }] })],
  ['a DestinationRule of another host', istio('DestinationRule', 'it', { host: 'old', trafficPolicy: { tunnel: {} } })],
  [
    'the Sidecar of the caller, for what it receives',
    istio('Sidecar', 'it', {
      workloadSelector: { labels: { app: 'web' } },
      egress: [{ hosts: ['./*'] }],
      ingress: [{ port: { number: 80 }, moon: 'full' }],
    }),
  ],
  [
    'a DestinationRule with limits',
    istio('DestinationRule', 'it', {
      host: 'cart',
      trafficPolicy: { outlierDetection: { interval: '1s' }, loadBalancer: { simple: 'RANDOM' } },
    }),
  ],
])('%s is no obstacle', (_what, found) => {
  FROM_WEB([found]).expectRoutedTo('cart');
});

test('connections to a subnet are not simulated', () => {
  const rule = istio('VirtualService', 'it', {
    hosts: ['cart'],
    tcp: [{ match: [{ destinationSubnets: ['10.0.0.0/8'] }], route: [{ destination: { host: 'old' } }] }],
  });
  expect(() => traffic([rule]).from('web').tcp('cart:9000')).toThrow(/tcp\[0\]\.match\[0\]\.destinationSubnets/);
});

test('a server of a Gateway of Istio with an endpoint of its own is not simulated', () => {
  const gateway = istio('Gateway', 'it', {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, protocol: 'HTTP' }, hosts: ['*'], defaultEndpoint: 'unix:///x' }],
  });
  expect(() => traffic([gateway]).fromInternet('GET http://a.example/')).toThrow(
    /Gateway shop\/it .*spec\.servers\[0\]\.defaultEndpoint/,
  );
});

describe('a Service', () => {
  const withCart = (spec: object, ...others: object[]) =>
    Traffic.of(
      manifestsOf([
        ...TOWN.filter(each => JSON.stringify(each) !== JSON.stringify(service('cart'))),
        service('cart', 'shop', spec),
        ...others,
      ]),
    )
      .from('web')
      .http('GET http://cart/');

  test('for Pods of the same node, or with a field of a later release, is not simulated', () => {
    expect(() => withCart({ internalTrafficPolicy: 'Local' })).toThrow(
      /Service shop\/cart .*spec\.internalTrafficPolicy/,
    );
    expect(() => withCart({ quantumPolicy: 'Local' })).toThrow(/Service shop\/cart .*spec\.quantumPolicy/);
  });

  test('with values that change nothing is no obstacle', () => {
    withCart({
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'ClientIP',
      trafficDistribution: 'PreferClose',
      publishNotReadyAddresses: true,
    }).expectRoutedTo('cart');
  });

  test('whose endpoints are written by hand is not simulated', () => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'it', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'cart' } },
    };
    expect(() => withCart({ selector: undefined }, slice)).toThrow(
      /EndpointSlice shop\/it changes how the Service shop\/cart/,
    );
  });

  test.each([
    ['names', { addressType: 'FQDN' }],
    ['endpoints that are ready or not', { endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: false } }] }],
    ['UDP', { ports: [{ name: 'http', port: 8080, protocol: 'UDP' }] }],
  ])('whose EndpointSlice has %s is not simulated, one with addresses and TCP ports is', (_what, changed) => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'it', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'cart' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'] }],
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    };
    expect(() => withCart({ selector: undefined }, { ...slice, ...changed })).toThrow(/EndpointSlice shop\/it changes/);
    expect(() => withCart({ selector: undefined }, slice)).not.toThrow();
  });

  test('of another host is no obstacle', () => {
    expect(() =>
      Traffic.of(manifestsOf([...TOWN, service('other', 'shop', { internalTrafficPolicy: 'Local' })]))
        .from('web')
        .http('GET http://cart/'),
    ).not.toThrow();
  });
});

describe('at a gateway', () => {
  const door = gatewayApi('Gateway', 'door', {
    gatewayClassName: 'istio',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });
  const route = (rule: object, ...others: object[]) =>
    gatewayApi('HTTPRoute', 'web', {
      parentRefs: [{ name: 'door' }],
      hostnames: ['a.example'],
      rules: [{ backendRefs: [{ name: 'web', port: 80 }], ...rule }, ...others],
    });
  const ask = (objects: readonly object[], host = 'a.example') =>
    traffic([door, ...objects]).fromInternet(`GET http://${host}/`);

  test.each<readonly [string, object]>([
    ['XListenerSet', object('gateway.networking.x-k8s.io/v1alpha1', 'XListenerSet', { parentRef: { name: 'door' } })],
    ['EnvoyFilter', istio('EnvoyFilter', 'it', lua('GATEWAY'))],
    [
      'WasmPlugin',
      object('extensions.istio.io/v1alpha1', 'WasmPlugin', {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
      }),
    ],
    [
      'XBackendTrafficPolicy',
      object('gateway.networking.x-k8s.io/v1alpha1', 'XBackendTrafficPolicy', {
        targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
      }),
    ],
    [
      'BackendTLSPolicy',
      object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', {
        targetRefs: [{ group: '', kind: 'Service', name: 'web' }],
        options: { it: 'unknown' },
      }),
    ],
    [
      'AdminNetworkPolicy',
      object(
        POLICY,
        'AdminNetworkPolicy',
        {
          subject: {
            pods: {
              namespaceSelector: {},
              podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'door' } },
            },
          },
        },
        EVERYWHERE,
      ),
    ],
  ])('a %s is not simulated', (kind, found) => {
    expect(() => ask([route({}), found])).toThrow(new RegExp(`The ${kind} .*it .*not simulated`));
  });

  test.each<readonly [string, object]>([
    [
      'a ListenerSet of another',
      object('gateway.networking.k8s.io/v1', 'ListenerSet', { parentRef: { name: 'other' } }),
    ],
    [
      'a WasmPlugin of another',
      object('extensions.istio.io/v1alpha1', 'WasmPlugin', {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'other' }],
      }),
    ],
    ['an EnvoyFilter of sidecars', istio('EnvoyFilter', 'it', lua('SIDECAR_OUTBOUND'))],
  ])('%s is no obstacle', (_what, found) => {
    ask([route({}), found]).expectRoutedTo('web');
  });

  test('fields of the rule that are not simulated are named, and those of other rules are not', () => {
    expect(() => ask([route({ quantumFilter: {} })])).toThrow(/HTTPRoute shop\/web .*spec\.rules\[0\]\.quantumFilter/);
    expect(() => ask([route({ filters: [{ type: 'CORS', cors: {}, extensionRef: { name: 'x' } }] })])).toThrow(
      /rules\[0\]\.filters\[0\]\.extensionRef/,
    );
    ask([
      route({ sessionPersistence: { type: 'Cookie' } }, { matches: [{ path: { value: '/x' } }], quantumFilter: {} }),
    ]).expectRoutedTo('web');
    expect(() => ask([route({}, { matches: [{ moon: 'full' }] })])).toThrow(/spec\.rules\[1\]\.matches\[0\]\.moon/);
  });

  test.each<readonly [string, object, object, RegExp]>([
    [
      'options of TLS',
      {},
      { tls: { certificateRefs: [{ name: 'c' }], options: { 'other.example/mode': 'MUTUAL' } } },
      /listeners\[0\]\.tls\.options/,
    ],
    [
      'Pods of another Service',
      { addresses: [{ type: 'Hostname', value: 'x.y.svc.cluster.local' }] },
      {},
      /spec\.addresses\[0\]\.type/,
    ],
    ['a field of a later release', { quantum: 1 }, {}, /Gateway shop\/door .*spec\.quantum/],
  ])('%s are not simulated', (_what, ofGateway, ofListener, message) => {
    const own = gatewayApi('Gateway', 'door', {
      gatewayClassName: 'istio',
      listeners: [
        { name: 'https', port: 443, protocol: 'HTTPS', ...ofListener },
        { name: 'other', port: 444, quantum: 1 },
      ],
      ...ofGateway,
    });
    expect(() => traffic([own, route({})]).fromInternet('GET https://a.example/', { clientCertificate: true })).toThrow(
      message,
    );
  });

  test('backends that are no Services are not simulated', () => {
    expect(() =>
      ask([route({ backendRefs: [{ group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'web' }] })]),
    ).toThrow(/HTTPRoute shop\/web sends requests to a Backend/);
  });

  test('an Ingress for a host that no gateway serves is not simulated', () => {
    const ingress = (host: string) => object('networking.k8s.io/v1', 'Ingress', { rules: [{ host }] });
    expect(() => ask([route({}), ingress('b.example')], 'b.example')).toThrow(
      /No gateway takes b\.example, but the Ingress shop\/it may/,
    );
    ask([route({}), ingress('c.example')], 'b.example').expectDenied(404);
  });

  test('a load balancer before a Service that is no gateway is not simulated', () => {
    const binding = (name: string) =>
      object('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', { serviceRef: { name, port: 80 } });
    expect(() => traffic([binding('web')]).fromInternet('GET http://a.example/')).toThrow(
      /TargetGroupBinding shop\/it/,
    );
    traffic([binding('door-istio')])
      .fromInternet('GET http://a.example/')
      .expectDenied(0);
  });
});

test('a policy of the cluster may be for a namespace whose labels no manifest has, unless it names another', () => {
  const pods = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'far', labels: { app: name } },
    spec: { containers: [{ name, image: name, ports: [{ name: 'http', containerPort: 80 }] }] },
  });
  const ask = (namespaces: object) =>
    Traffic.of(
      manifestsOf([
        pods('one'),
        pods('two'),
        service('two', 'far'),
        object(POLICY, 'AdminNetworkPolicy', { subject: { namespaces } }, EVERYWHERE),
      ]),
    )
      .from('one')
      .http('GET http://two/');

  expect(() => ask({ matchLabels: { team: 'a' } })).toThrow(/The AdminNetworkPolicy it .*not simulated/);
  expect(() => ask(money)).not.toThrow();
});
