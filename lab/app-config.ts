import type { AppConfig } from './app-protocol';
import type { Container, PodObject } from './pod-object';

/** What the app of a pod listens on, by the ports of its container and by its probes. */
export function appConfigOf({ metadata }: PodObject, container: Container, proxy?: Container): AppConfig {
  const declared = (container.ports ?? []).map(({ name, containerPort }) => ({
    port: containerPort,
    protocol: name?.split('-')[0] ?? 'tcp',
  }));
  const [key, cert] = ['TLS_KEY', 'TLS_CERT'].map(name => container.env?.find(each => each.name === name)?.value);
  return {
    service: container.name,
    version: metadata.labels?.version ?? '',
    pod: metadata.name,
    tls: key !== undefined && cert !== undefined ? { key, cert } : undefined,
    ports: [
      ...declared,
      ...probedPorts(proxy)
        .filter(each => !declared.some(({ port }) => port === each))
        .map(port => ({ port, protocol: 'http' })),
    ],
  };
}

/** Ports of health checks, which need not be ports of a Service: the injected probes of the proxy refer to them. */
function probedPorts(proxy: Container | undefined): number[] {
  const probers = proxy?.env?.find(each => each.name === 'ISTIO_KUBE_APP_PROBERS')?.value ?? '{}';
  const probes = Object.values(JSON.parse(probers) as Record<string, { httpGet?: { port: number } }>);
  return [...new Set(probes.flatMap(({ httpGet }) => httpGet?.port ?? []))];
}
