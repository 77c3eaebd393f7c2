import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { isIP } from 'node:net';
import { ClusterServiceKind, type ExternalService } from '../topology';

/**
 * The Service of an external service. One of type ExternalName has no ports: DNS has none, and istiod adds its name to
 * those of the host. With addresses, proxies connect in plain text, since no pod is behind them.
 */
export function renderClusterService(scope: Construct, external: ExternalService, exportTo: readonly string[]): void {
  const { name, namespace, host, ports, clusterService } = external;
  if (clusterService === ClusterServiceKind.EXTERNAL_NAME) {
    new k8s.KubeService(scope, 'service', {
      metadata: { name, namespace },
      spec: { type: 'ExternalName', externalName: host },
    });
    return;
  }
  new k8s.KubeService(scope, 'service', {
    metadata: { name, namespace, annotations: { 'networking.istio.io/exportTo': exportTo.join(',') } },
    spec: {
      ports: ports.map(port => ({
        name: port.name,
        port: port.number,
        targetPort: k8s.IntOrString.fromNumber(port.target),
      })),
    },
  });
  renderEndpoints(scope, external);
}

/** An EndpointSlice for the addresses of each IP version. */
function renderEndpoints(scope: Construct, { name, namespace, addresses = [], ports }: ExternalService): void {
  for (const version of [4, 6]) {
    const own = addresses.filter(each => isIP(each) === version);
    if (own.length > 0) {
      new k8s.KubeEndpointSlice(scope, `endpoint-slice-${version}`, {
        metadata: {
          name: `${name}-ipv${version}`,
          namespace,
          labels: {
            'kubernetes.io/service-name': name,
            'endpointslice.kubernetes.io/managed-by': 'cdk8s-cardinal',
          },
        },
        addressType: `IPv${version}`,
        endpoints: own.map(address => ({ addresses: [address] })),
        ports: ports.map(port => ({ name: port.name, port: port.target, protocol: 'TCP' })),
      });
    }
  }
}
