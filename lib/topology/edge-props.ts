import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { type Cors, validateCors } from './cors';
import {
  requireAlternativeHosts,
  requireFirstHost,
  requireObjectName,
  requireSecretsOfHosts,
  requireTls,
} from './edge-hosts';
import type { Front } from './front';
import { requireDuration } from './numbers';
import { type ClientCertificates, type TlsVersion, type TrustedProxies, validateAddresses } from './edge-clients';
import type { ExternalAuthorizer } from './external-authorizer';
import { type PerClientRateLimit, requireCountableClients } from './per-client-rate-limit';
import type { RateLimit } from './rate-limit';
import type { ISharedGateway } from './references';
import { anyValue } from './rules';
import type { Service } from './service';
import { type Metadata, OF_METADATA } from './workload/metadata';
import { validateAll } from './workload/validations';
import { ValidationError } from './validation-error';

/** Properties of an edge. */
export interface EdgeProps {
  /**
   * The host name that clients request, or that a front sets in requests, e.g. `shop.example`, or all hosts of a domain: `*.shop.example` matches
   * `a.shop.example` and `a.b.shop.example`, but not `shop.example`. (A certificate for `*.shop.example` is valid for
   * `a.shop.example` only.) `*` is all hosts, also addresses in place of names: the application has to validate `Host`
   * where its responses depend on it. An API on AWS serves one host without a wildcard.
   */
  readonly host: string;
  /**
   * Further host names with the same routes, also with wildcards; at most 15.
   * @default - none
   */
  readonly alternativeHosts?: string[];
  /**
   * The Secret of type `kubernetes.io/tls` with the certificate of all hosts, in the edge's namespace. With it, HTTP is
   * redirected to HTTPS.
   * @default - plain HTTP
   */
  readonly tlsSecret?: string;
  /**
   * The Secrets of alternative hosts that have a certificate of their own: `{ 'shop.partner.example': 'partner-tls' }`.
   * In the cluster: a listener for each of these hosts. The certificates in them must not be valid for other hosts of
   * the edge, or clients get 404 on connections that they reuse.
   * @default - `tlsSecret` for all hosts
   */
  readonly tlsSecrets?: { readonly [host: string]: string };
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
   * Whether clients must present a certificate of `clientCa`.
   * @default ClientCertificates.REQUIRED
   */
  readonly clientCertificates?: ClientCertificates;
  /**
   * The lowest version of TLS that clients may use.
   * @default TlsVersion.V1_2
   */
  readonly minTlsVersion?: TlsVersion;
  /**
   * The addresses of clients, as CIDRs, whose requests are allowed; all others get 403. The Service of the gateway
   * preserves addresses (`externalTrafficPolicy: Local`) if its load balancer does; a proxy in front that does not must
   * be one of `trustedProxies`.
   * @default - all
   */
  readonly allowedCidrs?: string[];
  /**
   * The addresses of clients, as CIDRs, whose requests get 403, even if they are in `allowedCidrs`.
   * @default - none
   */
  readonly deniedCidrs?: string[];
  /**
   * The proxies in front of the gateway that send the address of the client in `x-forwarded-for`.
   * @default - none: the address of a client is that of its connection, independent of `x-forwarded-for`
   */
  readonly trustedProxies?: TrustedProxies;
  /**
   * The authentication that requests need on routes without `auth` of their own.
   * @default Auth.none()
   */
  readonly auth?: Auth;
  /**
   * The service that decides for each request of routes without an `authorizer` of their own whether it is allowed, in
   * addition to `auth`.
   * @default - none
   */
  readonly authorizer?: ExternalAuthorizer;
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
   * The timeout of requests on routes without a timeout of their own; 0 for none.
   * @default 29 seconds, the longest that a managed API gateway allows
   */
  readonly timeout?: Duration;
  /**
   * Further labels and annotations of the objects that the gateway's controller creates, such as the settings of the
   * cloud's load balancer. In the cluster: `infrastructure` of the Gateway.
   * @default - none
   * @see https://gateway-api.sigs.k8s.io/reference/api-spec/main/spec/#gatewayinfrastructure
   */
  readonly gatewayMetadata?: Metadata;
  /**
   * The gateway that it shares with other edges, which `topology.addSharedGateway(…)` returned. Nothing that one edge
   * allows is allowed by another: routes, policies and authentication stay with the hosts of the edge.
   * @default - a gateway of its own
   */
  readonly gateway?: ISharedGateway;
  /**
   * The namespace of the gateway's own pods.
   * @default - that of the shared gateway, or the topology's
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
  host: requireFirstHost,
  alternativeHosts: requireAlternativeHosts,
  tlsSecrets: requireSecretsOfHosts,
  timeout: (path, { timeout }) => {
    requireDuration(path, 'The timeout', timeout);
  },
  tlsSecret: (path, { tlsSecret }) => {
    requireObjectName(path, 'a Secret', tlsSecret);
  },
  clientCa: (path, props) => {
    requireObjectName(path, 'a ConfigMap', props.clientCa);
    // A front terminates TLS, for any protocol behind it.
    requireTls(path, 'clientCa', props.front ? undefined : props.clientCa, props);
  },
  clientCertificates: (path, { clientCertificates, clientCa, front }) => {
    if (clientCertificates !== undefined && (clientCa === undefined || front)) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: front
          ? 'A front requires a certificate of every client, so `clientCertificates` cannot apply.'
          : '`clientCertificates` applies to certificates of `clientCa`, which is not declared.',
        fix: 'Remove `clientCertificates`, or declare `clientCa` on an edge without a front.',
      });
    }
  },
  minTlsVersion: (path, props) => {
    requireTls(path, 'minTlsVersion', props.minTlsVersion, props);
  },
  allowedCidrs: validateAddresses,
  deniedCidrs: anyValue,
  trustedProxies: anyValue,
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
  authorizer: anyValue,
  rateLimit: anyValue,
  rateLimiter: anyValue,
  waf: anyValue,
  gatewayMetadata: (path, { gatewayMetadata }) => {
    validateAll(OF_METADATA, path, gatewayMetadata ?? {});
  },
  gateway: (path, { gateway, namespace }) => {
    if (gateway && namespace !== undefined && namespace !== gateway.namespace) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: `The edge is declared in the namespace ${namespace}, and its gateway ${gateway.path} in ${gateway.namespace}.`,
        fix: 'Leave out `namespace`: routes and policies are in the namespace of the gateway.',
      });
    }
  },
  // The edge validates it with its name, which no other object of the namespace has.
  namespace: anyValue,
} satisfies { readonly [K in keyof EdgeProps]-?: (path: string, props: EdgeProps) => void };

function requireCountable(path: string, props: EdgeProps): void {
  const { perClientRateLimit, auth } = props;
  if (perClientRateLimit?.client.kind === 'API key' && auth) {
    requireCountableClients({
      path,
      limit: perClientRateLimit,
      hasToken: auth.token !== undefined,
      hasApiKey: auth.key !== undefined,
    });
  }
}
