import { type Declaring, requireDeclaring } from './declaring';
import { requireDeclared } from './declared';
import { Callee } from './callee';
import { requireDnsLabel, requireHostName } from './names';
import { Port } from './port';
import type { ITopology } from './references';

/** Properties of a service outside the cluster. */
export interface ExternalServiceProps {
  /** Its host name, e.g. `api.payments.example`. */
  readonly host: string;
  /** The port that callers connect to. TLS that the caller itself originates is `Port.tls(443)`. */
  readonly port: Port;
}

/**
 * A service outside the cluster that services may call. In the cluster: a ServiceEntry exported to its callers'
 * namespaces only, and a host of its callers' Sidecars. What is not declared cannot be reached.
 * @see https://istio.io/latest/docs/reference/config/networking/service-entry/
 */
export class ExternalService extends Callee {
  /** The host name of the ServiceEntry. */
  readonly host: string;

  constructor(declaring: Declaring, topology: ITopology, name: string, props: ExternalServiceProps) {
    requireDeclaring(declaring, 'ExternalService', 'topology.addExternalService(…)');
    super(declaring, topology, name, topology.namespace, [props.port]);
    requireDnsLabel(this.path, 'an external service', name);
    requireDeclared(this.path, 'The port', props.port, Port);
    requireHostName(this.path, props.host);
    this.host = props.host;
  }

  /** The host name, the same from every namespace. */
  hostNameIn(): string {
    return this.host;
  }
}
