import {
  accountByEnvoyGateway,
  type AssumedGatewayPods,
  type Cluster,
  controllerOf,
  type Field,
  isGatewayInLinkerd,
  Kind,
  type Labels,
  ownValue,
  type Resource,
} from '../../manifests';
import { identityOf, type ProxiedCaller } from '../endpoints/caller';
import { labelsByIstio, usualName } from '../endpoints/gateway-labels';
import type { Proxy } from '../endpoints/proxy';

/** Pods of a gateway of Istio that installations of Istio have, and that no manifest contains. */
export interface InstalledGateway {
  /** The name of the Deployment and its Service. */
  readonly name: string;
  /** Undefined for a Helm release, which may be in any namespace. */
  readonly namespace?: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  readonly ports: readonly PublishedPort[];
  /** Whether an IstioOperator among the manifests declares it, or an assumption. */
  readonly isDeclared?: boolean;
}

/** A port of a Service, and the port of the Pods behind it. */
export interface PublishedPort {
  readonly port: number;
  readonly targetPort: number;
}

/**
 * The gateways of Istio that may be installed: those that are assumed, those of IstioOperators among the manifests, those of Istio's profiles,
 * and the releases of its `gateway` chart that its documentation installs.
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/
 */
export function installedGateways(cluster: Cluster): InstalledGateway[] {
  const declared = [...cluster.gatewayPods.map(ofAssumption), ...operatorGateways(cluster)];
  const ofProfiles = (['ingress', 'egress'] as const).map(direction =>
    ofComponent(direction, `istio-${direction}gateway`, cluster.mesh.rootNamespace),
  );
  return [
    ...declared,
    ...[
      ...ofProfiles.filter(each => !declared.some(({ name }) => name === each.name)),
      ...RELEASES.map(ofRelease),
    ].filter(each => !cluster.gatewayPods.some(({ labels }) => haveOneInCommon(labels, each.labels))),
  ];
}

/** Whether one Gateway may select two sets of labels. */
function haveOneInCommon(some: Labels, others: Labels): boolean {
  return Object.entries(some).some(([name, value]) => ownValue(others, name) === value);
}

function ofAssumption({ name, namespace, labels, serviceAccount, ports }: AssumedGatewayPods): InstalledGateway {
  return {
    name,
    namespace,
    labels,
    serviceAccount: serviceAccount ?? name,
    ports: (ports ?? []).flatMap(each => published(each.port, each.targetPort)),
    isDeclared: true,
  };
}

/** The names of Helm releases in Istio's documentation and its charts. */
const RELEASES = [
  'istio-ingress',
  'istio-ingressgateway',
  'istio-egress',
  'istio-egressgateway',
  'istio-eastwestgateway',
];

/** The `gateway` chart labels Pods by the name of its release. */
function ofRelease(name: string): InstalledGateway {
  return {
    name,
    labels: { app: name, istio: name.replace(/^istio-/, '') },
    serviceAccount: name,
    ports: [
      STATUS,
      ...(name === 'istio-eastwestgateway' ? EAST_WEST : [80, 443]).map(port => ({ port, targetPort: port })),
    ],
  };
}

/** The ports of other clusters: services, and the control plane. */
const EAST_WEST = [15443, 15012, 15017];

type Direction = 'ingress' | 'egress';

const STATUS: PublishedPort = { port: 15021, targetPort: 15021 };

/** Profiles publish 80 and 443 of unprivileged ports; the others are those of the demo profile. */
const PORTS: Readonly<Record<Direction, readonly PublishedPort[]>> = {
  ingress: [
    STATUS,
    { port: 80, targetPort: 8080 },
    { port: 443, targetPort: 8443 },
    { port: 31400, targetPort: 31400 },
    { port: 15443, targetPort: 15443 },
  ],
  egress: [
    { port: 80, targetPort: 8080 },
    { port: 443, targetPort: 8443 },
  ],
};

function ofComponent(direction: Direction, name: string, namespace: string): InstalledGateway {
  const usual = `istio-${direction}gateway`;
  return {
    name,
    namespace,
    labels: { app: usual, istio: `${direction}gateway` },
    serviceAccount: `${name}-service-account`,
    ports: PORTS[direction],
  };
}

function operatorGateways(cluster: Cluster): InstalledGateway[] {
  return cluster.all(Kind.ISTIO_OPERATOR).flatMap(({ spec }) =>
    (['ingress', 'egress'] as const).flatMap(direction =>
      spec
        .get('components', `${direction}Gateways`)
        .items.filter(each => each.get('enabled').text !== 'false')
        .map(each => declaredIn(each, direction, cluster)),
    ),
  );
}

/** Its labels replace the usual ones by name, and its ports replace all. */
function declaredIn(at: Field, direction: Direction, cluster: Cluster): InstalledGateway {
  const usual = ofComponent(
    direction,
    at.get('name').text || `istio-${direction}gateway`,
    at.get('namespace').text || at.resource.metadata.get('namespace').text || cluster.mesh.rootNamespace,
  );
  const ports = at
    .get('k8s', 'service', 'ports')
    .items.flatMap(each => published(each.get('port').number, each.get('targetPort').number));
  return {
    ...usual,
    labels: { ...usual.labels, ...at.get('label').strings, ...overlaidLabels(at) },
    ports: ports.length > 0 ? ports : usual.ports,
    isDeclared: true,
  };
}

const LABEL_OF_PODS = 'spec.template.metadata.labels.';

/** The labels that overlays of its Deployment set; names of labels with dots in them are not written like that. */
function overlaidLabels(gateway: Field): Labels {
  const patches = gateway
    .get('k8s', 'overlays')
    .items.filter(each => each.get('kind').text === 'Deployment')
    .flatMap(each => each.get('patches').items);
  return Object.fromEntries(
    patches
      .filter(each => each.get('path').text.startsWith(LABEL_OF_PODS))
      .map(each => [each.get('path').text.slice(LABEL_OF_PODS.length), each.get('value').text]),
  );
}

function published(port: number | undefined, targetPort = port): PublishedPort[] {
  return port === undefined || targetPort === undefined ? [] : [{ port, targetPort }];
}

/** The Gateways for which a controller creates Pods that serve traffic from outside, with these Pods as callers. */
export function madeGateways(cluster: Cluster): { gateway: Resource; caller: ProxiedCaller }[] {
  return cluster
    .all(Kind.GATEWAY)
    .filter(each => !each.spec.get('gatewayClassName').text.startsWith('istio-waypoint'))
    .map(gateway => ({ gateway, caller: callerOf(gateway, cluster) }));
}

/** The Pods that the controller of a gateway's class creates for it. Those of Envoy Gateway are outside the mesh. */
function callerOf(gateway: Resource, cluster: Cluster): ProxiedCaller {
  const { name, namespace } = gateway;
  const isOfIstio = controllerOf(gateway, cluster) === 'istio';
  const labels = isOfIstio
    ? labelsByIstio(gateway)
    : {
        ...gateway.spec.get('infrastructure', 'labels').strings,
        ...OF_ENVOY_GATEWAY,
        'gateway.envoyproxy.io/owning-gateway-name': name,
        'gateway.envoyproxy.io/owning-gateway-namespace': namespace,
      };
  const serviceAccount = gateway.annotations['gateway.istio.io/service-account'] || usualName(gateway);
  const identity = isOfIstio ? identityOf(namespace, serviceAccount, cluster) : undefined;
  const proxy: Proxy = { namespace, labels, identity, gateways: [], isGateway: true };
  return {
    title: `the gateway ${gateway.key}`,
    namespace: isOfIstio ? namespace : ENVOY_GATEWAY,
    labels,
    proxy,
    ...(!isOfIstio && isGatewayInLinkerd(gateway)
      ? { linkerd: { namespace: ENVOY_GATEWAY, serviceAccount: accountByEnvoyGateway(namespace, name) } }
      : {}),
  };
}

const ENVOY_GATEWAY = 'envoy-gateway-system';

const OF_ENVOY_GATEWAY: Labels = {
  'app.kubernetes.io/name': 'envoy',
  'app.kubernetes.io/component': 'proxy',
  'app.kubernetes.io/managed-by': 'envoy-gateway',
};
