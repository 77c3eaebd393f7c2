import { k8s } from 'cdk8s-plus-27';
import { type Labels, labelsOf, labelsOfTopology, type TopologyChart } from '../kubernetes';
import type { EgressGateway, EgressListener } from '../topology';
import { folderOf, volumeOf } from './external';

/**
 * The pods of an egress gateway: a Deployment whose proxy istiod injects, with ServiceAccount, Service and
 * PodDisruptionBudget.
 * @see https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway
 */
export function renderEgressWorkload(chart: TopologyChart, gateway: EgressGateway, injection: Labels): void {
  const { name, namespace, replicas, selector } = gateway;
  const metadata = { name, namespace };
  const ports = portsOf(gateway);
  const scope = chart.scopeOf(gateway);
  new k8s.KubeServiceAccount(scope, 'service-account', { metadata, automountServiceAccountToken: false });
  new k8s.KubeService(scope, 'service', {
    metadata,
    spec: { selector, ports: ports.map(({ name: portName, number }) => ({ name: portName, port: number })) },
  });
  new k8s.KubeDeployment(scope, 'deployment', {
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels: { ...labelsOfTopology(chart.topology), ...labelsOf(gateway), ...selector, ...injection },
          annotations: { 'inject.istio.io/templates': 'gateway' },
        },
        spec: podOf(gateway, ports, secretsOf(chart, gateway)),
      },
    },
  });
  if (replicas > 1) {
    new k8s.KubePodDisruptionBudget(scope, 'disruption-budget', {
      metadata,
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector },
      },
    });
  }
}

interface GatewayPort {
  readonly name: string;
  readonly number: number;
}

/** The Secret of a client certificate, and the name of its external service. */
interface ClientCertificate {
  readonly of: string;
  readonly secretName: string;
}

function secretsOf({ topology }: TopologyChart, { listeners }: EgressGateway): ClientCertificate[] {
  return topology.externals
    .filter(each => listeners.some(({ external }) => external === each))
    .flatMap(({ name: of, tlsOrigination }) =>
      tlsOrigination?.secret === undefined ? [] : [{ of, secretName: tlsOrigination.secret }],
    );
}

function podOf(
  { name, selector }: EgressGateway,
  ports: readonly GatewayPort[],
  secrets: readonly ClientCertificate[],
): k8s.PodSpec {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(topologyKey => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: selector },
    })),
    containers: [
      {
        name: 'istio-proxy',
        // istiod replaces it with the image of its own version.
        image: 'auto',
        ports: ports.map(port => ({ name: port.name, containerPort: port.number })),
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
        },
        volumeMounts: listOf(
          secrets.map(({ of }) => ({ name: volumeOf(of), mountPath: folderOf(of), readOnly: true })),
        ),
      },
    ],
    volumes: listOf(secrets.map(({ of, secretName }) => ({ name: volumeOf(of), secret: { secretName } }))),
  };
}

/** A port for each number, named by the protocol inside mutual TLS. */
function portsOf({ listeners }: EgressGateway): GatewayPort[] {
  const names = new Map(listeners.map(({ number, protocol }: EgressListener) => [number, `${protocol}-${number}`]));
  return [...names].map(([number, name]) => ({ name, number }));
}

function listOf<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}
