/** A check with manifests in which it finds something, and the nearest ones in which it must not. */
export interface Example {
  readonly check: string;
  /** The field that the first finding points at. */
  readonly at: string;
  readonly bad: string;
  readonly good: string;
  /** The codes of the finding at the field, where the check has several. */
  readonly codes?: readonly string[];
  /** Why istioctl does not say the same of one of them, where it does not. */
  readonly differs?: string;
}

export const docs = (...texts: string[]) => texts.join('\n---\n');

const object = (apiVersion: string, kind: string) => (name: string, spec: string, metadata = '', namespace = 'shop') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}${metadata && `, ${metadata}`}}\nspec: ${spec}`;

export const namespace = (name: string, labels = '{istio-injection: enabled}') => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: ${labels}}`;
export const service = (name: string, ports = '[{name: http, port: 80}]', metadata = '', space = 'shop') => object('v1', 'Service')(name, `{selector: {app: ${name}}, ports: ${ports}}`, metadata, space);
export const serviceWith = object('v1', 'Service');
export const pod = (name: string, labels = `{app: ${name}}`, metadata = '', space = 'shop') =>
  object('v1', 'Pod')(name, `{serviceAccountName: ${name}, containers: [{name: app, image: example/app}, {name: istio-proxy, image: docker.io/istio/proxyv2:1.31.0}]}`, `labels: ${labels}${metadata && `, ${metadata}`}`, space);
export const barePod = (name: string, spec = '{containers: [{name: app, image: example/app}]}', metadata = '', space = 'shop') => object('v1', 'Pod')(name, spec, `labels: {app: ${name}}${metadata && `, ${metadata}`}`, space);
export const deployment = (name: string, more = '', pods = '', labels = `{app: ${name}}`, metadata = '', space = 'shop') => object('apps/v1', 'Deployment')(name,
  `{${more && `${more}, `}selector: {matchLabels: ${labels}}, template: {metadata: {labels: ${labels}${metadata && `, ${metadata}`}}, spec: {serviceAccountName: ${name}, containers: [{name: app, image: example/app${pods && `, ${pods}`}}]}}}`, '', space);
/** A service of the mesh with what runs behind it. */
export const app = (name: string, ports?: string, env = '') => docs(service(name, ports), deployment(name, 'replicas: 2', env && `env: [${env}]`), account(name));
export const account = (name: string, space = 'shop') => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}, namespace: ${space}}`;
export const secret = (name: string, data = '{}', metadata = '', space = 'istio-system') => `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: ${space}${metadata && `, ${metadata}`}}\ndata: ${data}`;
export const configMap = (name: string, data: string, space = 'istio-system') => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: ${space}}\ndata: ${data}`;
export const mesh = (settings: string) => configMap('istio', `{mesh: ${JSON.stringify(settings)}}`);

export const virtualService = object('networking.istio.io/v1', 'VirtualService');
export const destinationRule = object('networking.istio.io/v1', 'DestinationRule');
export const gateway = object('networking.istio.io/v1', 'Gateway');
export const serviceEntry = object('networking.istio.io/v1', 'ServiceEntry');
export const sidecar = object('networking.istio.io/v1', 'Sidecar');
export const envoyFilter = object('networking.istio.io/v1alpha3', 'EnvoyFilter');
export const workloadEntry = object('networking.istio.io/v1', 'WorkloadEntry');
export const proxyConfig = object('networking.istio.io/v1beta1', 'ProxyConfig');
export const workloadGroup = object('networking.istio.io/v1', 'WorkloadGroup');
export const authorization = object('security.istio.io/v1', 'AuthorizationPolicy');
export const authentication = object('security.istio.io/v1', 'RequestAuthentication');
export const peers = object('security.istio.io/v1', 'PeerAuthentication');
export const telemetry = object('telemetry.istio.io/v1', 'Telemetry');
export const trafficExtension = object('extensions.istio.io/v1alpha1', 'TrafficExtension');
export const wasm = object('extensions.istio.io/v1alpha1', 'WasmPlugin');
export const k8sGateway = object('gateway.networking.k8s.io/v1', 'Gateway');
export const httpRoute = object('gateway.networking.k8s.io/v1', 'HTTPRoute');
export const grpcRoute = object('gateway.networking.k8s.io/v1', 'GRPCRoute');
export const securityPolicy = object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy');
export const targetGroupBinding = object('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding');
export const grant = object('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant');
export const networkPolicy = object('networking.k8s.io/v1', 'NetworkPolicy');
export const autoscaler = object('autoscaling/v2', 'HorizontalPodAutoscaler');
export const budget = object('policy/v1', 'PodDisruptionBudget');
/** An object in no namespace. */
export const wide = (apiVersion: string, kind: string, name: string, body: string, metadata = '') => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}${metadata && `, ${metadata}`}}\n${body}`;

export const SHOP = namespace('shop');
export const ROUTE = 'route: [{destination: {host: web}}]';
/** A gateway's pods, beside the Gateway that selects them. */
export const EDGE = docs(namespace('edge'), pod('edge', '{app: edge}', '', 'edge'), service('edge', '[{name: http, port: 80, protocol: TCP}, {name: https, port: 443, protocol: TCP}]', '', 'edge'));
export const SERVER = '{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}';
export const WEB_GATEWAY = docs(EDGE, gateway('web', `{selector: {app: edge}, servers: [${SERVER}]}`));
/** An edge of the Gateway API with a route to the service web. */
export const K8S_EDGE = k8sGateway('edge', '{gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}');
export const principal = (name: string) => `cluster.local/ns/shop/sa/${name}`;
