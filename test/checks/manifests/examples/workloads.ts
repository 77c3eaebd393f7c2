import {
  account, app, authentication, authorization, barePod, configMap, deployment, destinationRule, docs, k8sGateway, K8S_EDGE, namespace, pod, proxyConfig, service, sidecar, SHOP, telemetry, virtualService, wasm, wide, workloadGroup, type Example,
} from './objects';

const AMBIENT = namespace('shop', '{istio.io/dataplane-mode: ambient}');
const WAYPOINT = k8sGateway('waypoint', '{gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}');
const ENROLLED = docs(namespace('shop', '{istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint}'), WAYPOINT);
const injector = (values: object) => configMap('istio-sidecar-injector', `{values: ${JSON.stringify(JSON.stringify(values))}}`);
const annotated = (annotations: string) => docs(SHOP, pod('web', '{app: web}', `annotations: ${annotations}`));
const TARGETS = 'targetRefs: [{group: "", kind: Service, name: web}]';
const ambient = (text: string) => docs(AMBIENT, app('web'), text);
const enrolled = (text: string) => docs(ENROLLED, app('web'), text);
const L7 = 'rules: [{to: [{operation: {methods: [GET]}}]}]';
const webhook = (selector: string) => wide('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'istio-sidecar-injector', `webhooks: [{name: a.sidecar-injector.istio.io, clientConfig: {url: "https://a.example"}, namespaceSelector: ${selector}}]`);
const AUTO = '{name: istio-proxy, image: auto}';

const CURRENT = injector({ global: { hub: 'docker.io/istio', tag: '1.31.0', proxy: { image: 'proxyv2' } }, sidecarInjectorWebhook: { enableNamespacesByDefault: false } });
const distroless = (annotations: string) => pod('web', undefined, `annotations: {a: b${annotations}}`).replace('proxyv2:1.31.0', 'proxyv2:1.31.0-distroless');

export const WORKLOADS: readonly Example[] = [
  { check: 'NamespaceNotInjected', at: 'metadata.name', bad: namespace('shop', '{}'), good: docs(namespace('a', '{istio-injection: disabled}'), namespace('b', '{istio.io/rev: canary}'), AMBIENT) },
  {
    check: 'NamespaceInjectedByDefault', at: 'metadata.name',
    bad: docs(namespace('shop', '{}'), injector({ sidecarInjectorWebhook: { enableNamespacesByDefault: true } })),
    good: docs(namespace('shop', '{}'), injector({ sidecarInjectorWebhook: { enableNamespacesByDefault: false } })),
  },
  {
    check: 'SeveralInjectionLabels', at: 'metadata.labels["istio.io/rev"]',
    bad: namespace('shop', '{istio-injection: enabled, istio.io/rev: canary}'),
    good: namespace('shop', '{istio-injection: disabled, istio.io/rev: canary}'),
  },
  { check: 'PodMissingProxy', at: 'metadata.name', bad: docs(SHOP, barePod('web')), good: docs(SHOP, pod('web'), barePod('host', '{hostNetwork: true, containers: []}'), barePod('out', '{containers: []}', 'annotations: {sidecar.istio.io/inject: "false"}')) },
  {
    check: 'ProxyImageMismatch', at: 'metadata.name',
    bad: docs(SHOP, pod('web'), injector({ global: { hub: 'docker.io/istio', tag: '1.30.0', proxy: { image: 'proxyv2' } }, sidecarInjectorWebhook: { enableNamespacesByDefault: false } })),
    good: docs(SHOP, pod('web'), injector({ global: { hub: 'docker.io/istio', tag: '1.31.0', proxy: { image: 'proxyv2' } }, sidecarInjectorWebhook: { enableNamespacesByDefault: false } })),
  },
  {
    check: 'ProxyImageMismatch', at: 'metadata.name',
    bad: docs(SHOP, distroless(''), CURRENT),
    good: docs(SHOP, distroless(', proxy.istio.io/config: "image: {imageType: distroless}"'), CURRENT),
  },
  {
    check: 'ProxyImageMismatch', at: 'metadata.name',
    bad: docs(SHOP, distroless(''), proxyConfig('a', '{image: {imageType: debug}}'), CURRENT),
    good: docs(SHOP, distroless(''), proxyConfig('a', '{image: {imageType: distroless}}'), CURRENT),
  },
  { check: 'PodMissingProxy', at: 'metadata.name', bad: docs(SHOP, barePod('web')), good: docs(namespace('shop', '{istio-injection: enabled, istio.io/dataplane-mode: ambient}'), barePod('web')) },
  { check: 'ImageAutoPod', at: 'spec.containers[0].image', bad: docs(SHOP, barePod('web', `{containers: [${AUTO}]}`)), good: docs(SHOP, pod('web')) },
  {
    check: 'ImageAutoDeployment', at: 'spec.template.spec.containers[0].image',
    bad: docs(SHOP, webhook('{matchLabels: {other: label}}'), deployment('web').replace('{name: app, image: example/app}', AUTO)),
    good: docs(SHOP, webhook('{matchLabels: {istio-injection: enabled}}'), deployment('web').replace('{name: app, image: example/app}', AUTO)),
  },
  { check: 'ReservedUser', at: 'spec.template.spec.containers[0].securityContext.runAsUser', bad: docs(SHOP, deployment('web', '', 'securityContext: {runAsUser: 1337}')), good: docs(SHOP, deployment('web', '', 'securityContext: {runAsUser: 1000}')) },
  { check: 'UnknownAnnotation', at: 'metadata.annotations["sidecar.istio.io/proxycpu"]', bad: annotated('{sidecar.istio.io/proxycpu: 100m}'), good: annotated('{sidecar.istio.io/proxyCPU: 100m, example.com/istio.io: a}') },
  {
    check: 'MisplacedAnnotation', at: 'metadata.annotations["sidecar.istio.io/proxyCPU"]',
    bad: docs(SHOP, deployment('web').replace('namespace: shop}', 'namespace: shop, annotations: {sidecar.istio.io/proxyCPU: 100m}}')),
    good: docs(SHOP, deployment('web', '', '', '{app: web}', 'annotations: {sidecar.istio.io/proxyCPU: 100m}')),
  },
  {
    check: 'InvalidAnnotation', at: 'metadata.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"]',
    bad: annotated('{traffic.sidecar.istio.io/excludeOutboundPorts: "80,web"}'),
    good: annotated('{traffic.sidecar.istio.io/excludeOutboundPorts: "80, 443", traffic.sidecar.istio.io/includeOutboundIPRanges: "*", sidecar.istio.io/proxyMemory: 128Mi}'),
  },
  {
    check: 'InvalidAnnotation', at: 'metadata.annotations["traffic.sidecar.istio.io/excludeInterfaces"]',
    bad: annotated('{traffic.sidecar.istio.io/excludeInterfaces: "eth0,1eth"}'),
    good: annotated('{traffic.sidecar.istio.io/excludeInterfaces: "eth0, eth1", proxy.istio.io/config: "concurrency: 1"}'),
  },
  { check: 'InvalidAnnotation', at: 'metadata.annotations["proxy.istio.io/config"]', bad: annotated('{proxy.istio.io/config: "concurrency"}'), good: annotated('{proxy.istio.io/config: ""}') },
  {
    check: 'DeprecatedAnnotation', at: 'spec.template.metadata.annotations["sidecar.istio.io/inject"]',
    bad: docs(SHOP, deployment('web', '', '', undefined, 'annotations: {sidecar.istio.io/inject: "true"}').replace('Deployment', 'StatefulSet')),
    good: docs(SHOP, deployment('web', '', '', '{app: web, sidecar.istio.io/inject: "true"}', 'annotations: {sidecar.istio.io/inject: "true"}').replace('Deployment', 'StatefulSet')),
    differs: 'istioctl looks at the pods that exist',
  },
  { check: 'DeprecatedAnnotation', at: 'metadata.annotations["sidecar.istio.io/inject"]', bad: annotated('{sidecar.istio.io/inject: "true"}'), good: docs(SHOP, pod('web', '{app: web, sidecar.istio.io/inject: "true"}', 'annotations: {sidecar.istio.io/inject: "true"}')) },
  { check: 'AlphaAnnotation', at: 'metadata.annotations["sidecar.istio.io/proxyCPU"]', bad: annotated('{sidecar.istio.io/proxyCPU: 100m}'), good: annotated('{proxy.istio.io/config: "{}"}'), differs: 'istioctl leaves this check out by default' },
  { check: 'UnknownServiceAccount', at: 'spec.template.serviceAccount', bad: docs(SHOP, workloadGroup('vm', '{template: {serviceAccount: vm}}')), good: docs(SHOP, account('vm'), workloadGroup('vm', '{template: {serviceAccount: vm}}')) },
  {
    check: 'RivalGroups', at: 'spec.metadata.labels',
    bad: docs(...['a', 'b'].map(name => workloadGroup(name, '{metadata: {labels: {app: vm}}, template: {}}'))),
    good: docs(...['a', 'b'].map(name => workloadGroup(name, `{metadata: {labels: {app: ${name}}}, template: {}}`))),
  },
  { check: 'RivalGroups', at: 'spec.metadata.labels', bad: docs(...['a', 'b'].map(name => workloadGroup(name, '{metadata: {}, template: {}}'))), good: docs(...['a', 'b'].map(name => workloadGroup(name, '{template: {}}'))) },
  {
    check: 'IneffectiveSidecar', at: 'spec', bad: docs(AMBIENT, sidecar('a', '{egress: [{hosts: ["./*"]}]}')), good: docs(SHOP, sidecar('a', '{egress: [{hosts: ["./*"]}]}')),
  },
  { check: 'RequestPolicyWithoutWaypoint', at: 'spec.rules[0].to[0].operation.methods', bad: ambient(authorization('a', `{${TARGETS}, ${L7}}`)), good: enrolled(authorization('a', `{${TARGETS}, ${L7}}`)) },
  { check: 'RequestPolicyWithoutWaypoint', at: 'spec', bad: ambient(authentication('a', `{${TARGETS}, jwtRules: [{issuer: a}]}`)), good: docs(SHOP, app('web'), authentication('a', `{${TARGETS}, jwtRules: [{issuer: a}]}`)) },
  { check: 'RequestPolicyWithoutWaypoint', at: 'spec', bad: ambient(wasm('a', `{${TARGETS}, url: "oci://a"}`)), good: enrolled(wasm('a', `{${TARGETS}, url: "oci://a"}`)) },
  { check: 'RequestPolicyWithoutWaypoint', at: 'spec.tracing', bad: ambient(telemetry('a', `{${TARGETS}, tracing: [{randomSamplingPercentage: 1}]}`)), good: ambient(telemetry('a', `{${TARGETS}, metrics: [{providers: [{name: prometheus}]}]}`)) },
  {
    check: 'RequestPolicyWithoutWaypoint', at: 'spec', codes: ['KIA1110'],
    bad: docs(ENROLLED, service('web', undefined, 'labels: {istio.io/use-waypoint: none}'), authentication('a', `{${TARGETS}, jwtRules: [{issuer: a}]}`)),
    good: docs(AMBIENT, WAYPOINT, service('web', undefined, 'labels: {istio.io/use-waypoint: waypoint}'), authentication('a', `{${TARGETS}, jwtRules: [{issuer: a}]}`)),
  },
  {
    check: 'RequestPolicyWithoutWaypoint', at: 'spec', codes: ['KIA1110'],
    bad: docs(AMBIENT, WAYPOINT, service('web'), authentication('a', '{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: waypoint}], jwtRules: [{issuer: a}]}')),
    good: docs(AMBIENT, WAYPOINT, K8S_EDGE, namespace('other', '{istio.io/use-waypoint: waypoint, istio.io/use-waypoint-namespace: shop}'),
      ...['waypoint', 'edge'].map(name => authentication(name, `{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}], jwtRules: [{issuer: a}]}`))),
  },
  {
    check: 'RequestPolicyWithoutTargets', at: 'spec.selector', codes: ['KIA0110'],
    bad: ambient(authorization('a', `{selector: {matchLabels: {app: web}}, ${L7}}`)),
    good: docs(AMBIENT, pod('web', '{app: web, istio.io/dataplane-mode: none}'), authorization('a', `{selector: {matchLabels: {app: web}}, ${L7}}`)),
  },
  {
    check: 'RequestPolicyWithoutWaypoint', at: 'spec.rules[0].to[0].operation.methods', codes: ['KIA0109'],
    bad: docs(AMBIENT, barePod('web'), authorization('a', `{selector: {matchLabels: {app: web}}, ${L7}}`)),
    good: docs(AMBIENT, barePod('web').replace('app: web}', 'app: web, istio.io/dataplane-mode: none}'), authorization('a', `{selector: {matchLabels: {app: web}}, ${L7}}`)),
  },
  { check: 'RequestPolicyWithoutTargets', at: 'spec.selector', bad: enrolled(authorization('a', `{selector: {matchLabels: {app: web}}, ${L7}}`)), good: enrolled(authorization('a', '{selector: {matchLabels: {app: web}}, rules: [{from: [{source: {namespaces: [shop]}}]}]}')) },
  { check: 'HostRuleWithoutWaypoint', at: 'spec.hosts[0]', bad: ambient(virtualService('a', '{hosts: [web], http: [{route: [{destination: {host: web}}]}]}')), good: enrolled(virtualService('a', '{hosts: [web], http: [{route: [{destination: {host: web}}]}]}')) },
  { check: 'HostRuleWithoutWaypoint', at: 'spec.host', bad: ambient(destinationRule('a', '{host: web, trafficPolicy: {outlierDetection: {}}}')), good: ambient(destinationRule('a', '{host: web, trafficPolicy: {connectionPool: {tcp: {maxConnections: 100}}}}')) },
  {
    check: 'HostRuleElsewhere', at: 'spec.host',
    bad: enrolled(docs(namespace('other'), destinationRule('a', '{host: web.shop.svc.cluster.local, trafficPolicy: {outlierDetection: {}}}', '', 'other'))),
    good: enrolled(destinationRule('a', '{host: web, trafficPolicy: {outlierDetection: {}}}')),
  },
  { check: 'SidecarAndAmbient', at: 'metadata.name', bad: docs(namespace('shop', '{istio-injection: enabled, istio.io/dataplane-mode: ambient}'), app('web')), good: docs(AMBIENT, app('web')) },
  { check: 'WaypointOutsideAmbient', at: 'metadata.name', bad: docs(namespace('shop', '{istio.io/use-waypoint: waypoint}'), app('web')), good: docs(ENROLLED, app('web')) },
  {
    check: 'UnknownWaypoint', at: 'metadata.name',
    bad: docs(namespace('shop', '{istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint}'), app('web')),
    good: docs(ENROLLED, app('web')),
  },
  {
    check: 'UnknownWaypoint', at: 'metadata.labels["istio.io/use-waypoint"]', codes: [],
    bad: docs(AMBIENT, K8S_EDGE, service('web', undefined, 'labels: {istio.io/use-waypoint: edge}')),
    good: docs(AMBIENT, WAYPOINT, service('web', undefined, 'labels: {istio.io/use-waypoint: waypoint}'), service('tea', undefined, 'labels: {istio.io/use-waypoint: none}')),
  },
  { check: 'RequestRulesWithoutWaypoint', at: 'metadata.name', bad: ambient(authorization('a', `{${TARGETS}, ${L7}}`)), good: enrolled(authorization('a', `{${TARGETS}, ${L7}}`)) },
  { check: 'TelemetryWithoutProvider', at: 'spec.accessLogging[0]', bad: telemetry('a', '{accessLogging: [{filter: {expression: "true"}}]}'), good: telemetry('a', '{accessLogging: [{providers: [{name: envoy}]}, {disabled: true}]}') },
  { check: 'UnreachedService', at: 'metadata.name', bad: docs(SHOP, app('web'), authorization('a', '{selector: {matchLabels: {app: web}}}')), good: docs(SHOP, app('web'), service('free'), deployment('free')) },
];
