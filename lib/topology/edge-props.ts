import type { Duration } from 'cdk8s';
import type { Auth } from './auth';
import { requireRangeOfFront } from './cidr';
import { type Cors, validateCors } from './cors';
import { duplicate } from './duplicate';
import { requireDnsSubdomain, requireHostName } from './names';
import { requirePositive } from './numbers';
import { type PerClientRateLimit, requireCountableClients } from './per-client-rate-limit';
import type { RateLimit } from './rate-limit';
import { anyValue } from './rules';
import type { Service } from './service';
import { ValidationError } from './validation-error';

/** Properties of an edge. */
export interface EdgeProps {
  /**
   * The host name that clients request, e.g. `shop.example`, or all hosts of a domain: `*.shop.example` matches
   * `a.shop.example` and `a.b.shop.example`, but not `shop.example`. (A certificate for `*.shop.example` is valid for
   * `a.shop.example` only.) An API on AWS serves one host without a wildcard.
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
   * must present a certificate, or the TLS handshake fails. A managed API has a truststore of its own.
   * @default - no client certificate is required
   */
  readonly clientCa?: string;
  /**
   * The authentication that requests need on routes without `auth` of their own.
   * @default Auth.none()
   */
  readonly auth?: Auth;
  /**
   * The request rate that each pod of the gateway allows in total. A managed API uses it as the default of each route.
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
   * Whether a managed API is in front of the gateway and enforces what the gateway does not: the firewall, client
   * certificates, API keys, request validation, caches and the limits of clients. The gateway in the cluster verifies
   * tokens and throttles again. Its Service is a ClusterIP: the load balancer of the API connects to its pods.
   * @default false
   */
  readonly managed?: boolean;
  /**
   * The addresses, as CIDRs, from which the managed API connects to the gateway's pods: the subnets of its load
   * balancer. In the cluster: the NetworkPolicy of these pods allows no others. Use subnets without pods, since pods in
   * them could connect too.
   * @default - any address that reaches the pods can bypass the API; a warning names what the API alone enforces
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
   */
  readonly frontCidrs?: string[];
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
    requireHost(path, host);
  },
  alternativeHosts: requireAlternativeHosts,
  tlsSecrets: requireSecretsOfHosts,
  timeout: (path, { timeout }) => {
    requirePositive(path, 'The timeout', timeout);
  },
  tlsSecret: (path, { tlsSecret }) => {
    requireObjectName(path, 'a Secret', tlsSecret);
  },
  clientCa: (path, props) => {
    requireObjectName(path, 'a ConfigMap', props.clientCa);
    // A managed API terminates TLS in front of the gateway, for any protocol behind it.
    requireTls(path, 'clientCa', props.managed ? undefined : props.clientCa, props);
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
  frontCidrs: validateFront,
  perClientRateLimit: requireCountable,
  auth: anyValue,
  rateLimit: anyValue,
  rateLimiter: anyValue,
  waf: anyValue,
  managed: anyValue,
  // The edge validates it with its name, which no other object of the namespace has.
  namespace: anyValue,
} satisfies { readonly [K in keyof EdgeProps]-?: (path: string, props: EdgeProps) => void };

/** A host name, or one with `*` as its first label. */
function requireHost(path: string, host: string): void {
  requireHostName(path, host.replace(/^\*\./, ''));
}

/** The CRD of HTTPRoutes allows 16 hosts. @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
const MOST_HOSTS = 16;

function requireAlternativeHosts(path: string, { host, alternativeHosts = [] }: EdgeProps): void {
  alternativeHosts.forEach(each => {
    requireHost(path, each);
  });
  const all = [host, ...alternativeHosts];
  const twice = all.find((each, index) => all.indexOf(each) !== index);
  if (twice !== undefined) {
    throw duplicate(path, `The host "${twice}" is listed twice.`, 'List it once.');
  }
  if (all.length > MOST_HOSTS) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `The edge has ${all.length} hosts, and an HTTPRoute can have ${MOST_HOSTS}.`,
      fix: 'Use a wildcard, e.g. "*.shop.example", or declare another edge.',
    });
  }
}

function requireSecretsOfHosts(path: string, props: EdgeProps): void {
  const { alternativeHosts = [], tlsSecret, tlsSecrets = {} } = props;
  const secrets = [tlsSecret];
  for (const [host, secret] of Object.entries(tlsSecrets)) {
    requireObjectName(path, 'a Secret', secret);
    requireTls(path, 'tlsSecrets', secret, props);
    if (!alternativeHosts.includes(host)) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: `\`tlsSecrets\` has a Secret for "${host}", which is not one of the \`alternativeHosts\`.`,
        fix: 'Add the host there. The Secret of `host` is `tlsSecret`.',
      });
    }
    if (secrets.includes(secret)) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary:
          `The Secret "${secret}" of "${host}" is also that of another host, and clients that reuse a connection `
          + 'for all hosts of a certificate would get 404.',
        fix: 'Leave out of `tlsSecrets` the hosts of the certificate in `tlsSecret`, and use a Secret for each other.',
      });
    }
    secrets.push(secret);
  }
}

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

function validateFront(path: string, { managed, frontCidrs }: EdgeProps): void {
  if (frontCidrs && !managed) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: '`frontCidrs` are the addresses of a managed API, and none is declared in front of the edge.',
      fix: 'Set `managed: true`, or leave `frontCidrs` out.',
    });
  }
  if (frontCidrs?.length === 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: '`frontCidrs` is empty, so no client could connect to the gateway.',
      fix: 'List the subnets of the load balancer, or leave `frontCidrs` out.',
    });
  }
  frontCidrs?.forEach(cidr => requireRangeOfFront(path, cidr));
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
