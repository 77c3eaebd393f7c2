import { type GatewayPods, Gateways } from '../../dataplane';
import { addTo, type Cluster, type Field, fullHost, Kind, type KubernetesObject, type Resource } from '../../manifests';
import { call, cardinal, exported, literal, make, name, object, objectOrNone, type Statement } from '../program';
import { hostOf } from './routes';
import { type ImportedService, isReserved } from './services';

/** The annotation of objects that are assumed on both sides of a comparison. */
export const ASSUMED = 'cdk8s-cardinal/assumed';

/** The Pods of a gateway, and the ports of services that its routes lead to. */
export interface ImportedGateway {
  readonly pods: GatewayPods & { readonly namespace: string };
  readonly backends: ReadonlySet<string>;
}

/** The gateways whose objects are kept, with the services behind them. */
export function gatewaysOf(
  services: readonly ImportedService[],
  cluster: Cluster,
  expressed: ReadonlySet<Resource>,
): readonly ImportedGateway[] {
  const backends = new Map<string, string[]>();
  const byTitle = new Map<string, GatewayPods>();
  const routes = [Kind.VIRTUAL_SERVICE, Kind.HTTP_ROUTE, Kind.GRPC_ROUTE, Kind.TCP_ROUTE, Kind.TLS_ROUTE];
  for (const route of routes.flatMap(each => cluster.all(each)).filter(each => !expressed.has(each))) {
    for (const pods of podsOf(route, cluster)) {
      const title = `${pods.namespace ?? 'istio-system'}/${pods.name}`;
      byTitle.set(title, pods);
      hostsOf(route, cluster).forEach(({ host, port }) => {
        const service = services.find(each => hostOf(each, cluster.clusterDomain) === host);
        const own =
          service?.ports.find(each => each.number === port) ?? (port === undefined ? service?.ports[0] : undefined);
        if (service && own) {
          addTo(backends, title, `${service.constant} ${own.number}`);
        }
      });
    }
  }
  return [...byTitle].map(([title, pods]) => ({
    pods: { ...pods, namespace: pods.namespace ?? 'istio-system' },
    backends: new Set(backends.get(title)),
  }));
}

function podsOf(route: Resource, cluster: Cluster): readonly GatewayPods[] {
  const { spec, namespace } = route;
  if (route.type === Kind.VIRTUAL_SERVICE) {
    return spec
      .get('gateways')
      .texts.filter(each => each !== 'mesh')
      .flatMap(each => {
        const [first = '', second] = each.split('/');
        const gateway = cluster.find(Kind.ISTIO_GATEWAY, second ?? first, second === undefined ? namespace : first);
        return gateway ? Gateways.of(cluster).selectedBy(gateway) : [];
      });
  }
  return spec.get('parentRefs').items.flatMap(each => {
    const own = each.get('namespace').text || namespace;
    return Gateways.of(cluster).unseen.filter(
      ({ gateway }) => gateway?.name === each.get('name').text && gateway.namespace === own,
    );
  });
}

interface BackendHost {
  readonly host: string;
  readonly port?: number;
}

function hostsOf(route: Resource, { clusterDomain }: Cluster): readonly BackendHost[] {
  const { spec, namespace } = route;
  const ofReference = (each: Field): BackendHost => ({
    host: fullHost(each.get('name').text, each.get('namespace').text || namespace, clusterDomain),
    port: each.get('port').number,
  });
  const ofDestination = (each: Field): BackendHost => ({
    host: fullHost(each.get('host').text, namespace, clusterDomain),
    port: each.get('port', 'number').number,
  });
  return route.type === Kind.VIRTUAL_SERVICE
    ? ['http', 'tls', 'tcp'].flatMap(kind =>
        spec
          .get(kind)
          .items.flatMap(rule => [
            ...rule.get('route').items.map(each => ofDestination(each.get('destination'))),
            ...(rule.get('mirror').exists ? [ofDestination(rule.get('mirror'))] : []),
          ]),
      )
    : spec.get('rules').items.flatMap(rule => rule.get('backendRefs').items.map(ofReference));
}

/** The permission of gateways to call the services behind them. */
export function gatewayStatements(
  gateways: readonly ImportedGateway[],
  services: readonly ImportedService[],
  hasIdentities: boolean,
): Statement[] {
  return gateways.flatMap(({ pods, backends }) =>
    services.flatMap(service =>
      service.ports
        .filter(({ number }) => backends.has(`${service.constant} ${number}`))
        .map(({ number }) => {
          const labels = selectorOf(pods);
          const peer = hasIdentities
            ? call(
                cardinal('Peer'),
                'serviceAccount',
                object({
                  namespace: literal(pods.namespace),
                  name: literal(pods.serviceAccount),
                  podLabels: literal(labels),
                }),
              )
            : call(cardinal('Peer'), 'pods', object({ namespace: literal(pods.namespace), labels: literal(labels) }));
          const port = number === service.ports[0]?.number ? undefined : literal(number);
          return { code: call(name(service.constant), 'allowFrom', peer, objectOrNone({ port })) };
        }),
    ),
  );
}

function selectorOf({ labels, gateway }: GatewayPods): Readonly<Record<string, string>> {
  const title = 'gateway.networking.k8s.io/gateway-name';
  return gateway ? { [title]: labels[title] ?? gateway.name } : labels;
}

/** What gateways need in a namespace that the topology owns, where everything else is denied. */
export function admissions(
  gateways: readonly ImportedGateway[],
  namespaces: readonly string[],
  hasIdentities: boolean,
): Statement[] {
  return gateways
    .filter(({ pods: { namespace } }) => namespaces.includes(namespace) && !isReserved(namespace))
    .flatMap(({ pods }) =>
      openings(`${pods.name}-gateway`, pods.namespace, selectorOf(pods), undefined, hasIdentities),
    );
}

/** Objects by which pods accept connections of any address; on one port, or all of them with those that they open. */
export function openings(
  id: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: number | undefined,
  hasIdentities: boolean,
): Statement[] {
  const metadata = literal({ name: id, namespace });
  const peers = port === undefined ? { ingress: [{}], egress: [{}] } : { ingress: [{ ports: [{ port }] }] };
  const to = port === undefined ? {} : { to: [{ operation: { ports: [String(port)] } }] };
  const ofMesh: Statement[] = hasIdentities
    ? [
        {
          code: make(
            exported('cdk8s-cardinal/istio', 'AuthorizationPolicy'),
            name('chart'),
            literal(`${id}-callers`),
            object({
              metadata,
              spec: literal({ selector: { matchLabels: labels }, action: 'ALLOW', rules: [to] }),
            }),
          ),
        },
        ...(port === undefined
          ? []
          : [
              {
                code: make(
                  exported('cdk8s-cardinal/istio', 'PeerAuthentication'),
                  name('chart'),
                  literal(`${id}-plaintext`),
                  object({
                    metadata,
                    spec: literal({
                      selector: { matchLabels: labels },
                      mtls: { mode: 'STRICT' },
                      portLevelMtls: { [port]: { mode: 'PERMISSIVE' } },
                    }),
                  }),
                ),
              },
            ]),
      ]
    : [];
  return [
    {
      code: make(
        exported('cdk8s', 'ApiObject'),
        name('chart'),
        literal(id),
        object({
          apiVersion: literal('networking.k8s.io/v1'),
          kind: literal('NetworkPolicy'),
          metadata,
          spec: literal({
            podSelector: { matchLabels: labels },
            policyTypes: Object.keys(peers).map(capital),
            ...peers,
          }),
        }),
      ),
    },
    ...ofMesh,
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Objects for the Pods of a gateway that the manifests only refer to: both sides of the comparison have them. */
export function assumedGateways(cluster: Cluster): KubernetesObject[] {
  return cluster.all(Kind.ISTIO_GATEWAY).flatMap(gateway => {
    const selector = gateway.spec.get('selector').strings;
    const [pods] = Gateways.of(cluster).selectedBy(gateway);
    if (pods?.workload || Object.keys(selector).length === 0) {
      return [];
    }
    const ports = [
      ...new Set(gateway.spec.get('servers').items.flatMap(each => each.get('port', 'number').number ?? [])),
    ];
    const metadata = { name: pods?.name ?? 'istio-ingressgateway', namespace: pods?.namespace ?? 'istio-system' };
    const labels = { ...pods?.labels, ...selector };
    return [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: {
              labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
              annotations: { 'inject.istio.io/templates': 'gateway' },
            },
            spec: {
              serviceAccountName: pods?.serviceAccount ?? metadata.name,
              containers: [{ name: 'istio-proxy', image: 'auto' }],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          type: 'LoadBalancer',
          selector,
          ports: ports.map(port => ({ name: `http-${port}`, port, targetPort: port })),
        },
      },
    ];
  });
}
