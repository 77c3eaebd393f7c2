import { configMap, docs, envoyFilter, pod, secret, service, SHOP, virtualService, wide, type Example } from './objects';

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
  { check: 'InvalidExternalControlPlane', at: 'webhooks[0].clientConfig.url', bad: webhook('istio-validator-a', '{url: "https://istiod.example:port"}', 'Validating'), good: webhook('istio-validator-a', '{url: validate}', 'Validating') },
  { check: 'ExternalControlPlaneByAddress', at: 'webhooks[0].clientConfig.url', bad: webhook('istio-validator-a', '{url: "https://10.0.0.1:15017/validate"}', 'Validating'), good: webhook('istio-validator-a', '{url: "https://istiod.example:15017/validate"}', 'Validating') },
  {
    check: 'UnknownRegistry', at: 'data.meshNetworks.networks.a.endpoints[0].fromRegistry',
    bad: configMap('istio', '{meshNetworks: "networks: {a: {endpoints: [{fromRegistry: east}]}}"}'),
    good: docs(secret('remote', '{east: YQ==}', 'labels: {istio/multiCluster: "true"}'), configMap('istio', '{meshNetworks: "networks: {a: {endpoints: [{fromRegistry: east}]}}"}')),
    differs: 'istioctl reads networks from a running control plane or a file of their own',
  },
];
