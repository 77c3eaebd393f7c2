import { Peer, type ServiceProps, Topology } from '../../../lib';

/** The platform of Northgate, a furniture retailer: the accounts of customers, messages to them, and the brokers. */
export const platform = new Topology('platform', { namespace: 'accounts' });
export const MESSAGING = 'messaging';
platform.addNamespace(MESSAGING);

/** An image of the company's own registry, with the release of this repository. */
export const image = (name: string) => `registry.northgate.example/platform/${name}:2026.11.3`;

/** A service of the company: its process runs as user 10001 and serves its metrics on port 9090. */
export const service = (name: string, props: ServiceProps) =>
  platform.addService(name, {
    image: image(name),
    runAsUser: 10001,
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: '256Mi' },
    podMetadata: { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' } },
    ...props,
  });

/** Prometheus of the operations team, outside the mesh. */
export const prometheus = Peer.pods({ namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } });
/** The ingress controller of the internal network, outside the mesh. */
export const internalIngress = Peer.pods({
  namespace: 'ingress-nginx',
  labels: { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' },
});
