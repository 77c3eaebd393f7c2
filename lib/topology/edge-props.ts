import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { type Cors, validateCors } from './cors';
import type { Front } from './front';
import { requireDnsSubdomain, requireHostName } from './names';
import { requirePositive } from './numbers';
import { type PerClientRateLimit, requireCountableClients } from './per-client-rate-limit';
import type { RateLimit } from './rate-limit';
import { anyValue } from './rules';
import type { Service } from './service';
import { ValidationError } from './validation-error';

/** Properties of an edge. */
export interface EdgeProps {
  /** The host name that clients request, or that the front sets in requests to the gateway, e.g. `shop.example`. */
  readonly host: string;
  /**
   * The Secret of type `kubernetes.io/tls` with the certificate, in the edge's namespace. With it, HTTP is redirected
   * to HTTPS.
   * @default - plain HTTP
   */
  readonly tlsSecret?: string;
  /**
   * The ClusterIssuer of cert-manager that fills the Secret and renews it. In the cluster: a Certificate.
   * @default - the Secret is managed outside the topology
   * @see https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.Certificate
   */
  readonly certificateIssuer?: string;
  /**
   * The ConfigMap, in the edge's namespace, whose `ca.crt` holds the authority of client certificates. With it, clients
   * must present a certificate, or the TLS handshake fails. A front has a truststore of its own.
   * @default - no client certificate is required
   */
  readonly clientCa?: string;
  /**
   * The authentication that requests need on routes without `auth` of their own.
   * @default Auth.none()
   */
  readonly auth?: Auth;
  /**
   * The request rate that each pod of the gateway allows in total. APIs of AWS use it as the default of each route.
   * @default - no limit
   */
  readonly rateLimit?: RateLimit;
  /**
   * The request limit of each client, over all routes on which the client can be identified.
   * @default - no limit
   */
  readonly perClientRateLimit?: PerClientRateLimit;
  /**
   * The service that counts the requests of clients, declared by `topology.addRateLimiter`. Istio's gateway needs it;
   * Envoy Gateway and managed APIs have their own.
   * @default - none
   */
  readonly rateLimiter?: Service;
  /**
   * The CORS policy: the origins whose web pages may send requests.
   * @default - none
   */
  readonly cors?: Cors;
  /**
   * Whether a web application firewall inspects requests for common attacks.
   * @default false
   */
  readonly waf?: boolean;
  /**
   * What is in front of the gateway, e.g. a managed API: `Front.restApi({ addresses: ['10.0.8.0/24'] })`. The gateway
   * then allows connections of the front only, and leaves to it what it has the capabilities for and the gateway has
   * not. Its Service is a ClusterIP, unless the front connects to a load balancer.
   * @default - clients connect to the gateway
   */
  readonly front?: Front;
  /**
   * The timeout of requests on routes without a timeout of their own.
   * @default 29 seconds, the longest that a managed API gateway allows
   */
  readonly timeout?: Duration;
  /**
   * The namespace of the gateway's own pods.
   * @default - the topology's
   */
  readonly namespace?: string;
}

/** Rejects properties that contradict each other or that no gateway could enforce. */
export function validateEdge(path: string, props: EdgeProps): void {
  Object.values(RULES).forEach(validate => {
    validate(path, props);
  });
}

/** The rule for each property. A property without an entry does not compile. */
const RULES = {
  host: (path, { host }) => {
    requireHostName(path, host);
  },
  timeout: (path, { timeout }) => {
    requirePositive(path, 'The timeout', timeout);
  },
  tlsSecret: (path, { tlsSecret }) => {
    requireObjectName(path, 'a Secret', tlsSecret);
  },
  clientCa: (path, props) => {
    requireObjectName(path, 'a ConfigMap', props.clientCa);
    // A front terminates TLS, for any protocol behind it.
    requireTls(path, 'clientCa', props.front ? undefined : props.clientCa, props);
  },
  certificateIssuer: (path, props) => {
    requireObjectName(path, 'a ClusterIssuer', props.certificateIssuer);
    requireTls(path, 'certificateIssuer', props.certificateIssuer, props);
  },
  cors: (path, { cors }) => {
    if (cors) {
      validateCors(path, cors);
    }
  },
  front: (path, props) => {
    requireTls(path, 'clientCa of the front', props.front?.clientCa, props);
  },
  perClientRateLimit: requireCountable,
  auth: anyValue,
  rateLimit: anyValue,
  rateLimiter: anyValue,
  waf: anyValue,
  // The edge validates it with its name, which no other object of the namespace has.
  namespace: anyValue,
} satisfies { readonly [K in keyof EdgeProps]-?: (path: string, props: EdgeProps) => void };

function requireObjectName(path: string, what: string, name: string | undefined): void {
  if (name !== undefined) {
    requireDnsSubdomain(path, what, name);
  }
}

function requireCountable(path: string, { perClientRateLimit, auth }: EdgeProps): void {
  if (perClientRateLimit?.client.kind === 'API key' && auth) {
    requireCountableClients({
      path,
      limit: perClientRateLimit,
      hasToken: auth.token !== undefined,
      hasApiKey: auth.key !== undefined,
    });
  }
}

function requireTls(path: string, name: string, value: string | undefined, { tlsSecret }: EdgeProps): void {
  if (value !== undefined && tlsSecret === undefined) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: `${name} applies to TLS, and the edge uses plain HTTP.`,
      fix: 'Set `tlsSecret` to the Secret with the certificate.',
    });
  }
}
