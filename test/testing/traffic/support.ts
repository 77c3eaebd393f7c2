import type { Traffic, TrafficProps } from '../../../lib/testing';
import { trafficOf } from '../../support/manifests';

/** What a Pod of the tests is like. */
export interface PodProps {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly replicas?: number;
}

/** A namespace whose Pods have sidecars. */
export function meshed(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled' } } };
}

/** The Deployment of a version of a service, with a ServiceAccount of the service's name. */
export function pods(
  service: string,
  version = 'v1',
  { namespace = 'shop', labels = {}, annotations = {}, replicas }: PodProps = {},
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${service}-${version}`, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: service, version } },
      template: {
        metadata: { labels: { app: service, version, ...labels }, annotations },
        spec: {
          serviceAccountName: service,
          containers: [
            {
              name: 'app',
              image: 'app',
              ports: [
                { name: 'web', containerPort: 8080 },
                { name: 'raw', containerPort: 9000 },
              ],
            },
          ],
        },
      },
    },
  };
}

/** A Service with a port for requests (80), one that does not say what it carries (81), and one for bytes (9000). */
export function service(name: string, namespace = 'shop', spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      selector: { app: name },
      ports: [
        { name: 'http', port: 80, targetPort: 'web' },
        { name: 'web', port: 81, targetPort: 8081 },
        { name: 'tcp', port: 9000, targetPort: 'raw' },
      ],
      ...spec,
    },
  };
}

/** An object of Istio. */
export function istio(kind: string, name: string, spec: object, namespace = 'shop', metadata: object = {}): object {
  const group = ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'].includes(kind)
    ? 'security'
    : 'networking';
  return { apiVersion: `${group}.istio.io/v1`, kind, metadata: { name, namespace, ...metadata }, spec };
}

/** An object of the Gateway API. */
export function gatewayApi(kind: string, name: string, spec: object, namespace = 'shop'): object {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace }, spec };
}

/** The settings of the mesh. */
export function meshConfig(settings: object): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'istio', namespace: 'istio-system' },
    data: { mesh: JSON.stringify(settings) },
  };
}

/**
 * Two namespaces of the mesh: in shop web and cart with two versions, in money a bank; and old, which has no sidecar.
 */
export const TOWN: readonly object[] = [
  meshed('shop'),
  meshed('money'),
  pods('web'),
  service('web'),
  pods('cart', 'v1'),
  pods('cart', 'v2'),
  service('cart'),
  pods('bank', 'v1', { namespace: 'money' }),
  service('bank', 'money'),
  pods('old', 'v1', { labels: { 'sidecar.istio.io/inject': 'false' } }),
  service('old'),
];

/** The traffic of the town, with further objects. */
export function traffic(objects: readonly object[] = [], props: TrafficProps = {}): Traffic {
  return trafficOf([...TOWN, ...objects], props);
}

/** A VirtualService for cart, with these rules. */
export function cartRules(...http: object[]): object {
  return istio('VirtualService', 'cart', { hosts: ['cart'], http });
}

/** Where a request ends: versions or names of workloads, or statuses, with their shares. */
export function endsOf({
  outcomes,
}: {
  readonly outcomes: readonly { destination: string; version: string; status: number; share: number }[];
}): string {
  const shares = new Map<string, number>();
  for (const { destination, status, share } of outcomes) {
    const name = destination === '' ? String(status) : destination.slice(destination.indexOf('/') + 1);
    shares.set(name, (shares.get(name) ?? 0) + share);
  }
  return [...shares]
    .map(([name, share]) => (share > 1 - 1e-9 ? name : `${name} ${Number((share * 100).toFixed(2))}%`))
    .sort()
    .join(', ');
}
