import { requireDnsLabel, requireInteger, requireNamespaceName } from '../topology';

/** The Service of a backend that proxies send telemetry to. */
export interface TelemetryBackendProps {
  /** The name of the Service. */
  readonly service: string;
  /** Its namespace. */
  readonly namespace: string;
  /**
   * The port of the Service.
   * @default - the usual port of the backend's protocol
   */
  readonly port?: number;
}

/** A backend that proxies send telemetry to: they need its host in their configuration, and a way to it. */
export class TelemetryBackend {
  /** The name of the backend's Service. */
  readonly service: string;
  /** The namespace of that Service. */
  readonly namespace: string;
  /** The port of that Service. */
  readonly port: number;

  /** @internal */
  constructor(path: string, { service, namespace, port = 0 }: TelemetryBackendProps) {
    requireDnsLabel(path, 'a Service', service);
    requireNamespaceName(path, namespace);
    requireInteger(path, 'The port', port, 1, 65_535);
    this.service = service;
    this.namespace = namespace;
    this.port = port;
  }

  /** The host name of the backend's Service. */
  host(clusterDomain: string): string {
    return `${this.service}.${this.namespace}.svc.${clusterDomain}`;
  }
}
