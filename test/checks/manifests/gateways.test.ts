import { checkManifests } from '../../../lib/checks';
import { Cluster, loadResources } from '../../../lib/manifests';

const APPLICATION = [
  '{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}',
  '{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web}, ports: '
    + '[{name: http, port: 80}]}}',
  '{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}, spec: {containers: '
    + '[{name: app, image: example/app}, {name: istio-proxy, image: docker.io/istio/proxyv2:1.31.0}]}}',
];

const object = (apiVersion: string, kind: string, name: string, namespace: string, spec: object) =>
  JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec });

/** The checks that find something besides the application, in the order of the objects. */
function found(...objects: string[]): string[] {
  return findingsOf(objects)
    .filter(each => CONCERNED.includes(each.id))
    .map(each => each.id);
}

function findingsOf(objects: readonly string[]) {
  const text = [...APPLICATION, ...objects].join('\n---\n');
  return checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' }))).findings;
}

const CONCERNED = [
  'GatewayPort',
  'GatewayWithoutPods',
  'PolicyWithoutPods',
  'SelectorWithoutPods',
  'UnknownDestination',
  'UnknownEgressHost',
  'UnknownNamespace',
  'UnknownPrincipal',
  'UnknownRuleHost',
  'UnservedHost',
];

const selecting = (labels: object) => ({ selector: { matchLabels: labels } });
const jwt = (namespace: string, labels: object) =>
  object('security.istio.io/v1', 'RequestAuthentication', 'jwt', namespace, {
    ...selecting(labels),
    jwtRules: [{ issuer: 'https://issuer.example' }],
  });
const telemetry = (namespace: string, labels: object) =>
  object('telemetry.istio.io/v1', 'Telemetry', 't', namespace, {
    ...selecting(labels),
    accessLogging: [{ providers: [{ name: 'envoy' }] }],
  });
const gateway = (selector: object, number: number) =>
  object('networking.istio.io/v1', 'Gateway', 'g', 'shop', {
    selector,
    servers: [{ port: { number, name: 'http', protocol: 'HTTP' }, hosts: ['a.example'] }],
  });
const allow = (source: object) =>
  object('security.istio.io/v1', 'AuthorizationPolicy', 'allow', 'shop', {
    ...selecting({ app: 'web' }),
    rules: [{ from: [{ source }] }],
  });
const principal = (namespace: string, account: string) =>
  allow({ principals: [`cluster.local/ns/${namespace}/sa/${account}`] });
const routeTo = (host: string) =>
  object('networking.istio.io/v1', 'VirtualService', 'v', 'shop', {
    hosts: ['out.example'],
    http: [{ route: [{ destination: { host, port: { number: 80 } } }] }],
  });
const ruleFor = (host: string) =>
  object('networking.istio.io/v1', 'DestinationRule', 'd', 'shop', { host, trafficPolicy: {} });
const egressTo = (host: string) =>
  object('networking.istio.io/v1', 'Sidecar', 's', 'shop', { egress: [{ hosts: ['./*', host] }] });
const toHost = (host: string) =>
  object('security.istio.io/v1', 'AuthorizationPolicy', 'hosts', 'shop', {
    ...selecting({ app: 'web' }),
    rules: [{ to: [{ operation: { hosts: [host] } }] }],
  });
const operator = (component: object, spec: object = {}) =>
  object('install.istio.io/v1alpha1', 'IstioOperator', 'istio', 'istio-system', {
    ...spec,
    components: { ingressGateways: [component] },
  });
const kubernetesGateway = (gatewayClassName: string) =>
  object('gateway.networking.k8s.io/v1', 'Gateway', 'door', 'shop', {
    gatewayClassName,
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  });

const LABEL = 'metadata.labels.istio';
const OVERLAYS = [
  { kind: 'Deployment', name: 'x', patches: [{ path: `spec.template.${LABEL}`, value: 'internal' }] },
  { kind: 'Service', name: 'x', patches: [{ path: `spec.template.${LABEL}`, value: 'service' }] },
];
const PROFILE = { istio: 'ingressgateway' };
const CHART = { istio: 'ingress' };
const MADE = { 'gateway.networking.k8s.io/gateway-name': 'door' };

test.each<[string, string[]]>([
  ['tokens at the gateway of the default profile', [jwt('istio-system', PROFILE)]],
  ['tokens at a Helm release of it', [jwt('istio-ingress', PROFILE)]],
  ['tokens at the documented Helm release', [jwt('istio-ingress', { ...CHART, app: 'istio-ingress' })]],
  ['tokens at a gateway that Istio makes', [kubernetesGateway('istio'), jwt('shop', MADE)]],
  [
    'tokens at a gateway of an IstioOperator',
    [operator({ name: 'x', label: { team: 'a' } }), jwt('istio-system', { team: 'a' })],
  ],
  [
    'tokens at a gateway of an IstioOperator whose overlays change the labels',
    [operator({ name: 'x', k8s: { overlays: OVERLAYS } }), jwt('istio-system', { istio: 'internal' })],
  ],
  ['telemetry of the gateway of the default profile', [telemetry('istio-system', PROFILE)]],
  ['telemetry of the documented Helm release', [telemetry('istio-ingress', CHART)]],
  ['telemetry of a gateway that Istio makes', [kubernetesGateway('istio'), telemetry('shop', MADE)]],
  ['a Service port of the default profile', [gateway(PROFILE, 80)]],
  ['a container port of the default profile', [gateway(PROFILE, 8080)]],
  ['a port of the demo profile', [gateway(PROFILE, 15443)]],
  ['ports of a Helm release, which its values declare', [gateway(CHART, 8080)]],
  ['the egress gateway of the demo profile', [gateway({ istio: 'egressgateway' }, 80)]],
  [
    'a port that an IstioOperator declares',
    [
      operator({ name: 'istio-ingressgateway', k8s: { service: { ports: [{ port: 9000, targetPort: 9001 }] } } }),
      gateway(PROFILE, 9001),
    ],
  ],
  [
    'a port of a Service that selects the gateway',
    [
      object('v1', 'Service', 'nlb', 'istio-system', { selector: PROFILE, ports: [{ port: 9000 }] }),
      gateway(PROFILE, 9000),
    ],
  ],
  [
    'the Service of the default profile as a destination',
    [routeTo('istio-ingressgateway.istio-system.svc.cluster.local')],
  ],
  ['the egress gateway as a destination', [routeTo('istio-egressgateway.istio-system.svc.cluster.local')]],
  ['the Service of the documented Helm release', [routeTo('istio-ingress.istio-ingress.svc.cluster.local')]],
  [
    'the Service of a gateway that Istio makes',
    [kubernetesGateway('istio'), routeTo('door-istio.shop.svc.cluster.local')],
  ],
  ['a DestinationRule for the egress gateway', [ruleFor('istio-egressgateway.istio-system.svc.cluster.local')]],
  [
    'a Sidecar that lists the egress gateway',
    [egressTo('istio-system/istio-egressgateway.istio-system.svc.cluster.local'), jwt('istio-system', PROFILE)],
  ],
  ['the host of the gateway in a policy', [toHost('istio-ingressgateway.istio-system.svc.cluster.local')]],
  ['the identity of the default profile', [principal('istio-system', 'istio-ingressgateway-service-account')]],
  ['the identity of the documented Helm release', [principal('istio-ingress', 'istio-ingress')]],
  ['the identity of a gateway that Istio makes', [kubernetesGateway('istio'), principal('shop', 'door-istio')]],
  ['the identity of a waypoint', [kubernetesGateway('istio-waypoint'), principal('shop', 'door')]],
  [
    'the identity of a gateway of an IstioOperator',
    [operator({ name: 'public', namespace: 'edge' }), principal('edge', 'public-service-account')],
  ],
  ['a pattern for the identity of the default profile', [principal('istio-system', '*')]],
  ['the namespaces of gateways', [allow({ namespaces: ['istio-system', 'istio-ingress'] })]],
])('%s: nothing is missing', (_name, objects) => {
  expect(found(...objects)).toEqual([]);
});

test.each<[string, string[], string]>([
  [
    'tokens at labels that an overlay gives the Service alone',
    [operator({ name: 'x', k8s: { overlays: OVERLAYS } }), jwt('istio-system', { istio: 'service' })],
    'PolicyWithoutPods',
  ],
  ['tokens at other labels', [jwt('istio-system', { istio: 'ingresgateway' })], 'PolicyWithoutPods'],
  [
    'tokens for a gateway of another namespace',
    [kubernetesGateway('istio'), jwt('istio-system', MADE).replace('istio-system', 'bank')],
    'PolicyWithoutPods',
  ],
  [
    'tokens at a gateway of Envoy Gateway, which enforces none',
    [kubernetesGateway('eg'), jwt('shop', MADE)],
    'PolicyWithoutPods',
  ],
  [
    'tokens at a gateway that an IstioOperator disables',
    [operator({ name: 'x', label: { team: 'a' }, enabled: false }), jwt('istio-system', { team: 'a' })],
    'PolicyWithoutPods',
  ],
  ['telemetry of other labels', [telemetry('istio-system', { istio: 'gateway' })], 'SelectorWithoutPods'],
  [
    'a Sidecar for a gateway, which has none',
    [
      object('networking.istio.io/v1', 'Sidecar', 's', 'istio-system', {
        workloadSelector: { labels: PROFILE },
        egress: [{ hosts: ['./*'] }],
      }),
    ],
    'SelectorWithoutPods',
  ],
  ['a port that the default profile does not publish', [gateway(PROFILE, 9000)], 'GatewayPort'],
  [
    'a port of the default profile that an IstioOperator replaces',
    [operator({ name: 'istio-ingressgateway', k8s: { service: { ports: [{ port: 9000 }] } } }), gateway(PROFILE, 8080)],
    'GatewayPort',
  ],
  ['labels of no gateway', [gateway({ istio: 'other' }, 80)], 'GatewayWithoutPods'],
  ['another Service in the root namespace', [routeTo('gateway.istio-system.svc.cluster.local')], 'UnknownDestination'],
  [
    'a Helm release in a namespace with workloads',
    [routeTo('istio-ingress.shop.svc.cluster.local')],
    'UnknownDestination',
  ],
  ['a DestinationRule for another Service', [ruleFor('gateway.istio-system.svc.cluster.local')], 'UnknownRuleHost'],
  ['another identity in the root namespace', [principal('istio-system', 'gateway')], 'UnknownPrincipal'],
  [
    'the identity of a Helm release in a namespace with workloads',
    [principal('shop', 'istio-ingress')],
    'UnknownPrincipal',
  ],
  [
    'the identity of a gateway of Envoy Gateway',
    [kubernetesGateway('eg'), principal('shop', 'door-eg')],
    'UnknownPrincipal',
  ],
  ['another namespace', [allow({ namespaces: ['istio'] })], 'UnknownNamespace'],
])('%s: a finding', (_name, objects, check) => {
  expect(found(...objects)).toEqual([check]);
});

test.each<[string, string[], string[]]>([
  ['which has workloads, and no Gateway', [jwt('shop', CHART)], ['info']],
  ['whose Gateway selects them', [jwt('shop', CHART), gateway(CHART, 80)], []],
  [
    'where the Gateway of another one selects them',
    [jwt('shop', CHART), gateway(CHART, 80).replace('"shop"', '"edge"')],
    ['info'],
  ],
  ['whose Gateway selects others', [jwt('shop', CHART), gateway({ istio: 'x' }, 80)], ['info']],
  ['where an IstioOperator has them', [jwt('istio-system', PROFILE)], []],
  ['without workloads', [jwt('istio-ingress', CHART)], []],
])('a policy for a release of the chart in a namespace %s', (_name, objects, severities) => {
  const policies = findingsOf(objects).filter(each => each.id === 'PolicyWithoutPods');
  expect(policies.map(each => each.severity)).toEqual(severities);
});
