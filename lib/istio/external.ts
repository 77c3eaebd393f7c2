import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { SpecOf, TopologyChart } from '../kubernetes';
import { ClusterServiceKind, type ExternalService } from '../topology';
import { renderClusterService } from './cluster-service';
import { ServiceEntry } from './resources';

type ClientTls = NonNullable<NonNullable<SpecOf<IDestinationRule>['trafficPolicy']>['tls']>;

/** The ServiceEntry of an external service, and the Service by whose name callers reach it. */
export function renderExternal(chart: TopologyChart, external: ExternalService, exportTo: string[]): void {
  if (external.clusterService) {
    renderClusterService(chart.scopeOf(external), external, exportTo);
  }
  if (external.clusterService !== ClusterServiceKind.ENDPOINTS) {
    renderServiceEntry(chart, external, exportTo);
  }
}

/**
 * The ServiceEntry of an external service: resolved by DNS, or for a wildcard host and for addresses by what the caller
 * dials.
 */
export function renderServiceEntry(chart: TopologyChart, external: ExternalService, exportTo: string[]): void {
  const { name, namespace, host, addresses, ports } = external;
  new ServiceEntry(chart.scopeOf(external), 'service-entry', {
    metadata: { name, namespace },
    spec: {
      hosts: [host],
      ...(addresses ? { addresses: [...addresses] } : {}),
      exportTo,
      location: 'MESH_EXTERNAL',
      resolution: addresses || host.startsWith('*') ? 'NONE' : 'DNS',
      ports: ports.map(port => ({
        number: port.number,
        name: port.name,
        protocol: port.protocol.toUpperCase(),
        ...(port.target === port.number ? {} : { targetPort: port.target }),
      })),
    },
  });
}

/** The TLS that the callers' proxies originate, which verifies the server's certificate and its name. */
export function tlsOf({ name, host, tlsOrigination }: ExternalService): ClientTls | undefined {
  if (!tlsOrigination) {
    return undefined;
  }
  const { verification, secret } = tlsOrigination;
  const { caCertificates = SYSTEM_AUTHORITIES, sni = host, subjectAltNames = [sni] } = verification;
  return {
    mode: secret === undefined ? 'SIMPLE' : 'MUTUAL',
    sni,
    subjectAltNames: [...subjectAltNames],
    caCertificates,
    ...(secret === undefined
      ? {}
      : { clientCertificate: `${folderOf(name)}/tls.crt`, privateKey: `${folderOf(name)}/tls.key` }),
  };
}

/**
 * Mounts the Secrets of client certificates into the proxies of the callers.
 * @see https://istio.io/latest/docs/reference/config/annotations/#SidecarUserVolume
 */
export function mountClientCertificates(
  chart: TopologyChart,
  { incomingCalls, topology, egressGateway }: ExternalService,
): void {
  if (egressGateway) {
    // The gateway originates TLS.
    return;
  }
  for (const caller of new Set(incomingCalls.map(call => call.caller))) {
    const secrets = chart.topology.externals
      .filter(
        each =>
          each.topology === topology && !each.egressGateway && each.incomingCalls.some(call => call.caller === caller),
      )
      .flatMap(({ name, tlsOrigination }) =>
        tlsOrigination?.secret === undefined ? [] : [[name, tlsOrigination.secret] as const],
      );
    const service = chart.topology.services.find(each => each === caller);
    if (!service || secrets.length === 0) {
      continue;
    }
    const volumes = secrets.map(([name, secretName]) => [volumeOf(name), { secret: { secretName } }] as const);
    const mounts = secrets.map(([name]) => [volumeOf(name), { mountPath: folderOf(name), readOnly: true }] as const);
    for (const version of service.versions.keys()) {
      const { podMetadata } = chart.deployment(service, version);
      podMetadata.addAnnotation('sidecar.istio.io/userVolume', JSON.stringify(Object.fromEntries(volumes)));
      podMetadata.addAnnotation('sidecar.istio.io/userVolumeMount', JSON.stringify(Object.fromEntries(mounts)));
    }
  }
}

/** The authorities in the image of Istio's proxy. */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

export function volumeOf(name: string): string {
  return `client-certificate-${name}`.slice(0, 63);
}

export function folderOf(name: string): string {
  return `/etc/istio/client-certificates/${name}`;
}
