import type { KubernetesObject } from '../lib/manifests';

export const object = (apiVersion: string, kind: string, name: string, fields: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...fields,
});
export const namespace: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
};
export const deployment = (name: string, labels: object) =>
  object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'a', ports: [{ containerPort: 8080 }] }] },
      },
    },
  });
export const service = (name: string, selector: object) =>
  object('v1', 'Service', name, { spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
export const gateway = (name: string, hosts: string[]) =>
  object('networking.istio.io/v1', 'Gateway', name, {
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }],
    },
  });
export const virtualService = (name: string, hosts: string[], host: string, more: object = {}) =>
  object('networking.istio.io/v1', 'VirtualService', name, {
    spec: { hosts, http: [{ timeout: '1s', route: [{ destination: { host } }] }], ...more },
  });
export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const networkPolicy = (name: string, podSelector: object) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, {
    spec: { podSelector, ingress: [{ from: [{ podSelector: {} }] }], egress: [{ to: [{ podSelector: {} }] }] },
  });
export const authorization = (name: string, selector: object, rules: object[]) =>
  object('security.istio.io/v1', 'AuthorizationPolicy', name, { spec: { selector, rules } });
export const destinationRule = (name: string, host: string) =>
  object('networking.istio.io/v1', 'DestinationRule', name, {
    spec: {
      host,
      trafficPolicy: { connectionPool: { tcp: { maxConnections: 100 } }, outlierDetection: { interval: '5s' } },
    },
  });
export const httpRoute = (name: string, hostnames: string[], path = '/') =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', name, {
    spec: {
      parentRefs: [{ name: 'g' }],
      hostnames,
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }], backendRefs: [{ name: 'web', port: 80 }] }],
    },
  });
export const k8sGateway = (name: string) =>
  object('gateway.networking.k8s.io/v1', 'Gateway', name, {
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
export const POLICIES: readonly (readonly [apiVersion: string, kind: string, spec: object])[] = [
  ['security.istio.io/v1', 'AuthorizationPolicy', { rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }],
  ['security.istio.io/v1', 'RequestAuthentication', { jwtRules: [{ issuer: 'a', jwksUri: 'https://a.example/jwks' }] }],
  ['security.istio.io/v1', 'PeerAuthentication', { mtls: { mode: 'STRICT' } }],
  ['telemetry.istio.io/v1', 'Telemetry', { tracing: [{ randomSamplingPercentage: 5 }] }],
  ['extensions.istio.io/v1alpha1', 'WasmPlugin', { url: 'oci://a.example/b' }],
  ['networking.istio.io/v1beta1', 'ProxyConfig', { concurrency: 1 }],
];

/** A Deployment that calls hosts, by its environment variables. */
export function calling(name: string, app: string, hosts: readonly string[]): KubernetesObject {
  const env = hosts.map((host, index) => ({ name: `HOST_${index}`, value: `${host}:80` }));
  return object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { serviceAccountName: name, containers: [{ name: 'app', image: 'a', env }] },
      },
    },
  });
}
