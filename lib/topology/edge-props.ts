import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { requireRangeOfFront } from './cidr';
import { type ClientLimit, requireCountableClients } from './client-limit';
import { type Cors, requireTenableCors } from './cors';
import type { Throttle } from './limit';
import { Mistake } from './mistake';
import { requireDnsSubdomain, requireHostName } from './names';
import { requirePositive } from './numbers';
import type { Service } from './service';

/** How an edge presents itself. */
export interface EdgeProps {
  /** The host name that clients ask for, e.g. `shop.example`. */
  readonly host: string;
  /**
   * The Secret of type `kubernetes.io/tls` with the certificate, in the edge's namespace. With it, HTTP is redirected to HTTPS.
   * @default - plain HTTP
   */
  readonly tlsSecret?: string;
  /**
   * The ClusterIssuer of cert-manager that fills the Secret and renews it. In the cluster: a Certificate.
   * @default - the Secret is somebody else's
   * @see https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.Certificate
   */
  readonly certificateIssuer?: string;
  /**
   * The ConfigMap, in the edge's namespace, whose `ca.crt` holds the authority of client certificates. With it, clients must show one,
   * or get no connection. A managed API has a truststore of its own.
   * @default - clients need none
   */
  readonly clientCa?: string;
  /**
   * What requests must prove on routes that say nothing else.
   * @default Auth.none()
   */
  readonly auth?: Auth;
  /**
   * The requests that each pod of the gateway lets through in all. A managed API takes it for the default of each route.
   * @default - no limit
   */
  readonly throttle?: Throttle;
  /**
   * The requests that each client has, on all routes together that can tell it.
   * @default - no limit
   */
  readonly clientLimit?: ClientLimit;
  /**
   * What counts the requests of clients, made by `topology.addRateLimiter`. Istio's gateway needs it; Envoy Gateway and managed APIs have their own.
   * @default - none
   */
  readonly rateLimiter?: Service;
  /**
   * Which web pages of other origins may call.
   * @default - none
   */
  readonly cors?: Cors;
  /**
   * Whether requests are searched for common attacks.
   * @default false
   */
  readonly firewall?: boolean;
  /**
   * Whether a managed API stands in front and keeps what it alone can: the firewall, client certificates, API keys, request shapes, caches
   * and the limits of clients. The gateway in the cluster leaves these to it, and checks tokens and throttles once more. Its Service is
   * a ClusterIP: the load balancer of the API connects to its pods.
   * @default false
   */
  readonly managed?: boolean;
  /**
   * The addresses, as CIDRs, from which the managed API connects to the gateway's pods: the subnets of its load balancer. In the cluster: the
   * NetworkPolicy of these pods admits no others. Subnets without pods in them, or these pods can connect too.
   * @default - any address that reaches the pods can bypass the API; a warning names what the API alone enforces
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
   */
  readonly frontCidrs?: string[];
  /**
   * The time a request has on routes that say nothing else.
   * @default 29 seconds, the most that a managed API gateway grants
   */
  readonly timeout?: Duration;
  /**
   * The namespace of the gateway's own pods.
   * @default - the topology's
   */
  readonly namespace?: string;
}

/** Refuses properties that contradict each other or that nothing could keep. */
export function requireTenableEdge(where: string, props: EdgeProps): void {
  requireHostName(where, props.host);
  requirePositive(where, 'The timeout', props.timeout);
  Object.entries({ 'a Secret': props.tlsSecret, 'a ConfigMap': props.clientCa, 'a ClusterIssuer': props.certificateIssuer }).forEach(([what, name]) => {
    if (name !== undefined) {
      requireDnsSubdomain(where, what, name);
    }
  });
  if (props.cors) {
    requireTenableCors(where, props.cors);
  }
  requireTls(where, 'certificateIssuer', props.certificateIssuer, props);
  // A managed API ends TLS in front, whatever is spoken behind it.
  requireTls(where, 'clientCa', props.managed ? undefined : props.clientCa, props);
  requireTenableFront(where, props);
  if (props.clientLimit?.client.kind === 'API key' && props.auth) {
    requireCountableClients({ path: where, limit: props.clientLimit, hasToken: props.auth.token !== undefined, hasApiKey: props.auth.key !== undefined });
  }
}

function requireTenableFront(where: string, { managed, frontCidrs }: EdgeProps): void {
  if (frontCidrs && !managed) {
    throw new Mistake({
      code: 'NoEffect',
      where,
      problem: '`frontCidrs` are the addresses of a managed API, and none is declared in front of the edge.',
      remedy: 'Set `managed: true`, or leave `frontCidrs` out.',
    });
  }
  if (frontCidrs?.length === 0) {
    throw new Mistake({
      code: 'NoEffect',
      where,
      problem: '`frontCidrs` is empty, so nothing could connect to the gateway.',
      remedy: 'List the subnets of the load balancer, or leave `frontCidrs` out.',
    });
  }
  frontCidrs?.forEach(cidr => requireRangeOfFront(where, cidr));
}

function requireTls(where: string, name: string, value: string | undefined, { tlsSecret }: EdgeProps): void {
  if (value !== undefined && tlsSecret === undefined) {
    throw new Mistake({
      code: 'NoEffect',
      where,
      problem: `${name} is of TLS, and the edge speaks plain HTTP.`,
      remedy: 'Name the Secret with the certificate in `tlsSecret`.',
    });
  }
}
