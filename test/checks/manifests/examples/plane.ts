import { authentication, authorization, configMap, destinationRule, docs, envoyFilter, gateway, namespace, peers, pod, secret, service, serviceEntry, sidecar, SHOP, telemetry, virtualService, wide, type Example } from './objects';

const definition = (name: string, versions: string, metadata = '', group = 'gateway.networking.k8s.io') =>
  wide('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${name.toLowerCase()}s.${group}`, `spec: {group: ${group}, names: {kind: ${name}, plural: ${name.toLowerCase()}s}, versions: [${versions}]}`, metadata);
const V1 = '{name: v1, served: true}';
const BETA = '{name: v1beta1, served: true}';
const webhook = (name: string, config: string, kind = 'Mutating', selector = '{}') => wide('admissionregistration.k8s.io/v1', `${kind}WebhookConfiguration`, name, `webhooks: [{name: rev.sidecar-injector.istio.io, clientConfig: ${config}, namespaceSelector: ${selector}}]`);
const ISTIOD = service('istiod', '[{name: https, port: 443}]', '', 'istio-system');
const AT_ISTIOD = '{service: {name: istiod, namespace: istio-system}}';
const patch = (applyTo: string, body: string, more = '') => envoyFilter('a', `{${more}configPatches: [{applyTo: ${applyTo}, ${body}}]}`);
const WEB = docs(SHOP, service('web'), pod('web'));
const vs = (body: string) => docs(WEB, virtualService('web', `{hosts: [web], http: [{${body}}]}`));
const TO_WEB = 'route: [{destination: {host: web}}]';

export const CONTROL_PLANE: readonly Example[] = [
  { check: 'EnvoyFilterReplace', at: 'spec.configPatches[0].patch.operation', bad: patch('CLUSTER', 'patch: {operation: REPLACE, value: {name: a}}'), good: patch('HTTP_FILTER', 'patch: {operation: REPLACE, value: {name: a}}') },
  { check: 'EnvoyFilterAdd', at: 'spec.configPatches[0].patch.operation', bad: patch('HTTP_ROUTE', 'patch: {operation: ADD, value: {name: a}}'), good: patch('CLUSTER', 'patch: {operation: ADD, value: {name: a}}') },
  { check: 'EnvoyFilterRemove', at: 'spec.configPatches[0].patch.operation', bad: patch('HTTP_ROUTE', 'patch: {operation: REMOVE}'), good: patch('CLUSTER', 'patch: {operation: REMOVE}') },
  { check: 'EnvoyFilterOrder', at: 'spec.configPatches[0].patch.operation', bad: patch('HTTP_FILTER', 'patch: {operation: INSERT_BEFORE, value: {name: a}}'), good: patch('HTTP_FILTER', 'patch: {operation: INSERT_BEFORE, value: {name: a}}', 'priority: 10, ') },
  {
    check: 'EnvoyFilterOrderByVersion', at: 'spec.configPatches[1].patch.operation',
    bad: envoyFilter('a', '{configPatches: [{applyTo: HTTP_FILTER, match: {proxy: {proxyVersion: "1.31.*"}}, patch: {operation: INSERT_FIRST, value: {name: a}}}, {applyTo: HTTP_FILTER, patch: {operation: INSERT_AFTER, value: {name: a}}}]}'),
    good: envoyFilter('a', '{configPatches: [{applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: a}}}, {applyTo: HTTP_FILTER, patch: {operation: INSERT_AFTER, value: {name: a}}}]}'),
  },
  {
    check: 'Deprecated', at: 'spec.http[0].fault.delay.percent',
    bad: vs(`fault: {delay: {percent: 5, fixedDelay: 1s}}, ${TO_WEB}`),
    good: vs(`fault: {delay: {percentage: {value: 5}, fixedDelay: 1s}}, ${TO_WEB}`),
  },
  {
    check: 'NegativeCondition', at: 'status.conditions[0]',
    bad: `${service('web', undefined, 'labels: {istio.io/use-waypoint: a}')}\nstatus: {conditions: [{type: istio.io/WaypointBound, status: "False", reason: a, message: b, lastTransitionTime: null}]}`,
    good: `${service('web', undefined, 'labels: {istio.io/use-waypoint: a}')}\nstatus: {conditions: [{type: istio.io/WaypointBound, status: "True", reason: a, message: b, lastTransitionTime: null}]}`,
  },
  { check: 'UnsupportedGatewayApi', at: 'spec.versions', bad: definition('HTTPRoute', V1), good: definition('HTTPRoute', `${V1}, ${BETA}`), differs: 'istioctl says this in `istioctl x precheck`' },
  { check: 'AgingGatewayApi', at: 'spec.versions', bad: definition('HTTPRoute', BETA), good: definition('HTTPRoute', `${V1}, ${BETA}`), differs: 'istioctl says this in `istioctl x precheck`' },
  {
    check: 'OldGatewayApi', at: 'metadata.annotations["gateway.networking.k8s.io/bundle-version"]',
    bad: definition('TLSRoute', V1, 'annotations: {gateway.networking.k8s.io/bundle-version: v1.4.1}'),
    good: definition('TLSRoute', V1, 'annotations: {gateway.networking.k8s.io/bundle-version: v1.5.0-rc.1}'),
  },
  { check: 'InvalidWebhook', at: 'webhooks[0].clientConfig.service', bad: webhook('istio-a', AT_ISTIOD), good: docs(ISTIOD, webhook('istio-a', AT_ISTIOD)) },
  {
    check: 'InvalidWebhook', at: 'webhooks[0].name',
    bad: docs(ISTIOD, webhook('istio-a', AT_ISTIOD), webhook('istio-b', AT_ISTIOD)),
    good: docs(ISTIOD, webhook('istio-a', AT_ISTIOD, 'Mutating', '{matchLabels: {istio-injection: enabled}}'), webhook('istio-b', AT_ISTIOD, 'Mutating', '{matchLabels: {istio-injection: disabled}}')),
  },
  { check: 'InvalidExternalControlPlane', at: 'webhooks[0].clientConfig', bad: webhook('istio-validator-a', '{}', 'Validating'), good: webhook('istio-validator-a', '{url: "https://istiod.example:15017/validate"}', 'Validating') },
  { check: 'ExternalControlPlaneByAddress', at: 'webhooks[0].clientConfig.url', bad: webhook('istio-validator-a', '{url: "https://10.0.0.1:15017/validate"}', 'Validating'), good: webhook('istio-validator-a', '{url: "https://istiod.example:15017/validate"}', 'Validating') },
  {
    check: 'UnknownRegistry', at: 'data.meshNetworks.networks.a.endpoints[0].fromRegistry',
    bad: configMap('istio', '{meshNetworks: "networks: {a: {endpoints: [{fromRegistry: east}]}}"}'),
    good: docs(secret('remote', '{east: YQ==}', 'labels: {istio/multiCluster: "true"}'), configMap('istio', '{meshNetworks: "networks: {a: {endpoints: [{fromRegistry: east}]}}"}')),
    differs: 'istioctl reads networks from a running control plane or a file of their own',
  },
  { check: 'InvalidVirtualService', at: 'spec.http[0].timeout', bad: vs(`timeout: 0.5ms, ${TO_WEB}`), good: vs(`timeout: 500ms, ${TO_WEB}`) },
  { check: 'InvalidVirtualService', at: 'spec.http[0]', bad: vs('timeout: 1s'), good: vs('redirect: {uri: /a}') },
  { check: 'InvalidVirtualService', at: 'spec.http[0].retries.retryOn', bad: vs(`retries: {attempts: 1, retryOn: "5xx,sometimes"}, ${TO_WEB}`), good: vs(`retries: {attempts: 1, retryOn: "5xx,503,reset"}, ${TO_WEB}`) },
  { check: 'InvalidVirtualService', at: 'spec.http[0].retries', bad: vs(`retries: {attempts: 0, retryOn: 5xx}, ${TO_WEB}`), good: vs(`retries: {attempts: 0}, ${TO_WEB}`) },
  { check: 'InvalidVirtualService', at: 'spec.hosts[1]', bad: docs(WEB, virtualService('a', `{hosts: ["*.example", a.example], http: [{${TO_WEB}}]}`)), good: docs(WEB, virtualService('a', `{hosts: [b.example, a.example], http: [{${TO_WEB}}]}`)) },
  { check: 'InvalidVirtualService', at: 'spec.http[0].route', bad: vs('route: [{destination: {host: web, subset: a}}, {destination: {host: web, subset: b}}]'), good: vs('route: [{destination: {host: web, subset: a}, weight: 1}, {destination: {host: web, subset: b}}]') },
  {
    check: 'InvalidDestinationRule', at: 'spec.subsets[1].name',
    bad: docs(WEB, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {a: b}}, {name: v1, labels: {a: c}}]}')),
    good: docs(WEB, destinationRule('a', '{host: web, subsets: [{name: v1, labels: {a: b}}, {name: v2, labels: {a: c}}]}')),
  },
  { check: 'InvalidDestinationRule', at: 'spec.trafficPolicy', bad: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {}}')), good: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {retryBudget: {}}}')) },
  {
    check: 'InvalidDestinationRule', at: 'spec.trafficPolicy.outlierDetection.maxEjectionPercent',
    bad: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {outlierDetection: {maxEjectionPercent: 120}}}')),
    good: docs(WEB, destinationRule('a', '{host: web, trafficPolicy: {outlierDetection: {maxEjectionPercent: 100, interval: 5s}}}')),
  },
  { check: 'InvalidGateway', at: 'spec.servers[0]', bad: gateway('a', '{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example]}]}'), good: gateway('a', '{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.example], tls: {mode: SIMPLE, credentialName: a}}]}') },
  { check: 'InvalidGateway', at: 'spec.servers[0].port.protocol', bad: gateway('a', '{servers: [{port: {number: 80, name: http, protocol: HTTP3}, hosts: [a.example]}]}'), good: gateway('a', '{servers: [{port: {number: 80, name: http, protocol: http2}, hosts: ["*/a.example", ./b.example], tls: {httpsRedirect: true}}]}') },
  { check: 'InvalidServiceEntry', at: 'spec.endpoints', bad: serviceEntry('a', '{hosts: [a.example], ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.1}]}'), good: serviceEntry('a', '{hosts: [a.example], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 10.0.0.1}]}') },
  { check: 'InvalidServiceEntry', at: 'spec.hosts[0]', bad: serviceEntry('a', '{hosts: ["*.example"], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}'), good: serviceEntry('a', '{hosts: ["*.example"], ports: [{number: 80, name: http, protocol: HTTP}]}') },
  { check: 'InvalidSidecar', at: 'spec.egress[0].hosts[0]', bad: sidecar('a', '{egress: [{hosts: [web.shop.svc.cluster.local]}]}'), good: sidecar('a', '{egress: [{hosts: [./web.shop.svc.cluster.local, "~/*"]}]}') },
  { check: 'InvalidSidecar', at: 'spec', bad: sidecar('a', '{workloadSelector: {labels: {app: web}}}'), good: sidecar('a', '{outboundTrafficPolicy: {mode: ALLOW_ANY}}') },
  { check: 'InvalidAuthorizationPolicy', at: 'spec', bad: docs(WEB, authorization('a', '{action: DENY}')), good: docs(WEB, authorization('a', '{action: DENY, rules: [{}]}')) },
  { check: 'InvalidAuthorizationPolicy', at: 'spec.rules[0].when[0].key', bad: docs(WEB, authorization('a', '{rules: [{when: [{key: request.method, values: [GET]}]}]}')), good: docs(WEB, authorization('a', '{rules: [{when: [{key: "request.headers[x-a]", values: [b]}, {key: "request.auth.claims[a][b]", notValues: [c]}]}]}')) },
  { check: 'InvalidAuthorizationPolicy', at: 'spec.rules[0].from[0].source.namespaces', bad: docs(WEB, authorization('a', '{action: CUSTOM, provider: {name: a}, rules: [{from: [{source: {namespaces: [shop]}}]}]}')), good: docs(WEB, authorization('a', '{action: CUSTOM, provider: {name: a}, rules: [{to: [{operation: {paths: [/a]}}]}]}')) },
  { check: 'InvalidRequestAuthentication', at: 'spec.jwtRules[0]', bad: docs(WEB, authentication('a', '{jwtRules: [{audiences: [a]}]}')), good: docs(WEB, authentication('a', '{jwtRules: [{jwksUri: "https://a.example/keys"}]}')) },
  { check: 'InvalidPeerAuthentication', at: 'spec.portLevelMtls', bad: docs(WEB, peers('a', '{portLevelMtls: {80: {mode: DISABLE}}}')), good: docs(WEB, peers('a', '{selector: {matchLabels: {app: web}}, portLevelMtls: {80: {mode: DISABLE}}}')) },
  {
    check: 'InvalidTelemetry', at: 'spec.targetRefs',
    bad: docs(WEB, telemetry('a', '{selector: {matchLabels: {app: web}}, targetRefs: [{kind: Service, name: web}], tracing: []}')),
    good: docs(WEB, telemetry('a', '{selector: {matchLabels: {app: web}}, tracing: []}')),
  },
  { check: 'InvalidEnvoyFilter', at: 'spec.configPatches[0].match.cluster', bad: patch('HTTP_FILTER', 'match: {cluster: {name: a}}, patch: {operation: INSERT_FIRST, value: {name: a}}'), good: patch('CLUSTER', 'match: {cluster: {name: a}}, patch: {operation: MERGE, value: {name: a}}') },
  { check: 'Questionable', at: 'spec.rules[0]', bad: docs(WEB, authorization('a', '{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}')), good: docs(WEB, authorization('a', '{action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ["80"]}}]}]}')) },
  { check: 'Questionable', at: 'spec.selector', bad: docs(WEB, peers('a', '{selector: {matchLabels: {}}, mtls: {mode: STRICT}}')), good: docs(WEB, peers('a', '{mtls: {mode: STRICT}}')) },
  { check: 'Questionable', at: 'spec.egress[0].hosts[1]', bad: docs(WEB, sidecar('a', '{egress: [{hosts: [./web.shop.svc.cluster.local, shop/web.shop.svc.cluster.local]}]}')), good: docs(WEB, namespace('other'), sidecar('a', '{egress: [{hosts: ["./*", "other/*"]}]}')) },
  { check: 'Internals', at: 'spec.configPatches', bad: patch('CLUSTER', 'patch: {operation: ADD, value: {name: a}}'), good: WEB },
];
