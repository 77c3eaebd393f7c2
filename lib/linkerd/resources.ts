import { resource } from '../kubernetes';

/** An object that another one refers to. */
export interface TargetRef {
  /** @default - the core group */
  readonly group?: string;
  /** Its kind, e.g. `Server`. */
  readonly kind: string;
  /** Its name. */
  readonly name: string;
}

/** An object that may be in another namespace. */
export interface NamespacedTargetRef extends TargetRef {
  /** @default - the namespace of the object that refers to it */
  readonly namespace?: string;
}

/** A range of addresses. */
export interface Network {
  /** The range, e.g. `10.0.0.0/8`. */
  readonly cidr: string;
  /** @default - none */
  readonly except?: readonly string[];
}

/** The `spec` of a {@link Server}. */
export interface ServerSpec {
  /** The labels of the pods, in the namespace of the Server. */
  readonly podSelector: { readonly matchLabels?: { readonly [label: string]: string } };
  /** The container port, by number or name. */
  readonly port: number | string;
  /**
   * The protocol of the port: `HTTP/1`, `HTTP/2`, `gRPC`, `TLS`, `opaque`, or `unknown`, which proxies detect.
   * @default unknown
   */
  readonly proxyProtocol?: string;
  /** @default deny */
  readonly accessPolicy?: string;
}

/** The `spec` of a {@link LinkerdAuthorizationPolicy}. */
export interface LinkerdAuthorizationPolicySpec {
  /** A Server, an HTTPRoute or a GRPCRoute of a Server, or the whole namespace. */
  readonly targetRef: TargetRef;
  /** The authentications that a client has to have, all of them. */
  readonly requiredAuthenticationRefs: readonly NamespacedTargetRef[];
}

/** The `spec` of a {@link MeshTlsAuthentication}: `identities` or `identityRefs`. */
export interface MeshTlsAuthenticationSpec {
  /** @default - none */
  readonly identities?: readonly string[];
  /** @default - none */
  readonly identityRefs?: readonly NamespacedTargetRef[];
}

/** The `spec` of a {@link NetworkAuthentication}. */
export interface NetworkAuthenticationSpec {
  /** The addresses of the clients. */
  readonly networks: readonly Network[];
}

/** The `spec` of an {@link EgressNetwork}. */
export interface EgressNetworkSpec {
  /** `Allow` or `Deny`: what happens to connections that match no route. */
  readonly trafficPolicy: string;
  /** @default - all addresses outside the networks of the cluster */
  readonly networks?: readonly Network[];
}

/** A limit of requests. */
export interface RequestRate {
  /** The number of requests in a second, which is also the burst. */
  readonly requestsPerSecond: number;
}

/** The limit of single clients. */
export interface RequestRateOverride extends RequestRate {
  /** The ServiceAccounts of the clients. */
  readonly clientRefs: readonly NamespacedTargetRef[];
}

/** The `spec` of an {@link HttpLocalRateLimitPolicy}. */
export interface HttpLocalRateLimitPolicySpec {
  /** The Server. */
  readonly targetRef: TargetRef;
  /** @default - no limit */
  readonly total?: RequestRate;
  /** @default - no limit of each client */
  readonly identity?: RequestRate;
  /** @default - none */
  readonly overrides?: readonly RequestRateOverride[];
}

/**
 * A port of pods whose clients policies allow. What no policy allows is denied.
 * @see https://linkerd.io/2/reference/authorization-policy/#server
 */
export class Server extends resource<{ spec?: ServerSpec }>('policy.linkerd.io/v1beta3', 'Server') {}

/**
 * The clients of a Server, or of a route. The kind is that of Linkerd; `AuthorizationPolicy` is Istio's.
 * @see https://linkerd.io/2/reference/authorization-policy/#authorizationpolicy
 */
export class LinkerdAuthorizationPolicy extends resource<{ spec?: LinkerdAuthorizationPolicySpec }>(
  'policy.linkerd.io/v1alpha1',
  'AuthorizationPolicy',
) {}

/**
 * Identities of clients in the mesh, any of them.
 * @see https://linkerd.io/2/reference/authorization-policy/#meshtlsauthentication
 */
export class MeshTlsAuthentication extends resource<{ spec?: MeshTlsAuthenticationSpec }>(
  'policy.linkerd.io/v1alpha1',
  'MeshTLSAuthentication',
) {}

/**
 * Addresses of clients, any of them.
 * @see https://linkerd.io/2/reference/authorization-policy/#networkauthentication
 */
export class NetworkAuthentication extends resource<{ spec?: NetworkAuthenticationSpec }>(
  'policy.linkerd.io/v1alpha1',
  'NetworkAuthentication',
) {}

/**
 * Hosts outside the cluster, for the pods of its namespace.
 * @see https://linkerd.io/2/reference/egress-network/
 */
export class EgressNetwork extends resource<{ spec?: EgressNetworkSpec }>(
  'policy.linkerd.io/v1alpha1',
  'EgressNetwork',
) {}

/**
 * A limit of the requests that each pod behind a Server accepts.
 * @see https://linkerd.io/2/reference/rate-limiting/
 */
export class HttpLocalRateLimitPolicy extends resource<{ spec?: HttpLocalRateLimitPolicySpec }>(
  'policy.linkerd.io/v1alpha1',
  'HTTPLocalRateLimitPolicy',
) {}

/** The group of Linkerd's policies. */
export const POLICY_GROUP = 'policy.linkerd.io';
