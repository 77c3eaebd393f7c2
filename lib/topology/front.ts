import { Duration } from 'cdk8s';
import { Capability } from './capability';
import { requireRangeOfFront } from './cidr';
import type { FrontLimits } from './front-limits';
import { given } from './given';
import { requireDnsSubdomain } from './names';
import { ValidationError } from './validation-error';

/** The product that is in front of an edge. */
export enum FrontKind {
  /** An HTTP API of Amazon API Gateway. */
  HTTP_API = 'aws-http-api',
  /** A REST API of Amazon API Gateway. */
  REST_API = 'aws-rest-api',
  /** A WebSocket API of Amazon API Gateway. */
  WEBSOCKET_API = 'aws-websocket-api',
  /** API Gateway of Google Cloud, or its Extensible Service Proxy. */
  GOOGLE_API_GATEWAY = 'google-api-gateway',
  /** API Management of Azure. */
  AZURE_API_MANAGEMENT = 'azure-api-management',
  /** Any other, by {@link Front.of}. */
  OTHER = 'other',
}

/** How a front connects to the gateway in the cluster. */
export enum FrontConnection {
  /** To the gateway's pods, by a load balancer of the front. The Service of the gateway is a ClusterIP. */
  PODS = 'pods',
  /** To a load balancer of the gateway's Service, which allows the addresses of the front only. */
  LOAD_BALANCER = 'load balancer',
}

/** Properties of a front whose connections are identified by their addresses. */
export interface FrontProps {
  /**
   * The addresses, as CIDRs, from which the front connects to the gateway's pods: for AWS the subnets of the load
   * balancer. In the cluster: the NetworkPolicy of these pods allows no others. Use subnets without pods, since pods in
   * them could connect too.
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
   */
  readonly addresses: string[];
}

/** Properties of {@link Front.googleApiGateway}. */
export interface GoogleFrontProps {
  /**
   * The addresses, as CIDRs, from which an Extensible Service Proxy connects.
   * @default - any address
   */
  readonly addresses?: string[];
}

/** Properties of {@link Front.azureApiManagement}: at least one of the two is required. */
export interface AzureFrontProps {
  /**
   * The addresses, as CIDRs, of API Management: its own, or those of its subnet.
   * @default - any; then `clientCa` is required
   */
  readonly addresses?: string[];
  /**
   * The ConfigMap, in the edge's namespace, whose `ca.crt` has the authority of the certificate that API Management
   * presents to the gateway.
   * @default - it presents no certificate; then `addresses` are required
   */
  readonly clientCa?: string;
}

/** Properties of a front of any vendor. */
export interface CustomFrontProps {
  /** The name of the product in messages, with its article: `a WAF of Example Inc.`. */
  readonly name: string;
  /**
   * What the front enforces. The gateway in the cluster enforces it again where it can, except API keys, limits of
   * clients, client certificates, the firewall, request validation and caches.
   */
  readonly capabilities: Capability[];
  /**
   * The addresses, as CIDRs, from which the front connects. In the cluster: the NetworkPolicy of the gateway's pods,
   * and `loadBalancerSourceRanges` of a load balancer, allow no others.
   * @default - any; then `clientCa` is required
   */
  readonly addresses?: string[];
  /**
   * The ConfigMap, in the edge's namespace, whose `ca.crt` has the authority of the certificate that the front presents
   * to the gateway. With it the gateway rejects connections without such a certificate.
   * @default - the front presents no certificate; then `addresses` are required
   */
  readonly clientCa?: string;
  /** @default FrontConnection.PODS */
  readonly connection?: FrontConnection;
  /** @default - none */
  readonly limits?: FrontLimits;
}

/** What only a front enforces, if it has the capability: a gateway behind it cannot, or would count a second time. */
export const BY_FRONT_ALONE: readonly Capability[] = [
  Capability.API_KEYS,
  Capability.PER_CLIENT_RATE_LIMITS,
  Capability.CLIENT_CERTIFICATES,
  Capability.WAF,
  Capability.REQUEST_VALIDATION,
  Capability.CACHING,
];

const OF_AWS = [
  Capability.EDGES,
  Capability.TOKENS,
  Capability.RATE_LIMITS,
  Capability.CORS,
  Capability.CLIENT_CERTIFICATES,
];

/**
 * What is in front of the gateway of an edge: a managed API or another proxy through which all requests come. The
 * gateway in the cluster allows connections of the front only. The front forwards requests with the edge's host in
 * `Host`, and with the path as clients requested it.
 */
export class Front {
  /**
   * An HTTP API of Amazon API Gateway, which `HttpApiEdge` renders.
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
   */
  static httpApi(props: FrontProps): Front {
    return new Front(FrontKind.HTTP_API, {
      name: 'an HTTP API',
      capabilities: OF_AWS,
      addresses: props.addresses,
    });
  }

  /**
   * A REST API of Amazon API Gateway, which `RestApiEdge` renders.
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  static restApi(props: FrontProps): Front {
    return new Front(FrontKind.REST_API, {
      name: 'a REST API',
      capabilities: [...OF_AWS, ...BY_FRONT_ALONE],
      addresses: props.addresses,
    });
  }

  /**
   * A WebSocket API of Amazon API Gateway, which `WebSocketApiEdge` renders: each message of a client is a request to a
   * route of the edge.
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
   */
  static webSocketApi(props: FrontProps): Front {
    return new Front(FrontKind.WEBSOCKET_API, {
      name: 'a WebSocket API',
      capabilities: [Capability.EDGES, Capability.RATE_LIMITS],
      addresses: props.addresses,
    });
  }

  /**
   * API Gateway of Google Cloud, or the Extensible Service Proxy, which `googleApiGateway` of `cdk8s-cardinal/openapi`
   * renders. API Gateway connects from any address, so that the gateway in the cluster enforces everything itself. The
   * proxy in a network of your own has `addresses`.
   * @see https://docs.cloud.google.com/api-gateway/docs/about-api-gateway
   */
  static googleApiGateway(props: GoogleFrontProps = {}): Front {
    return new Front(FrontKind.GOOGLE_API_GATEWAY, {
      name: "Google's API Gateway",
      capabilities: [Capability.TOKENS, Capability.API_KEYS, Capability.PER_CLIENT_RATE_LIMITS],
      addresses: props.addresses,
      connection: FrontConnection.LOAD_BALANCER,
    });
  }

  /**
   * API Management of Azure, which `azureApiManagement` of `cdk8s-cardinal/openapi` renders. Requests end after 240 s.
   * @see https://learn.microsoft.com/azure/api-management/forward-request-policy
   */
  static azureApiManagement(props: AzureFrontProps): Front {
    return new Front(FrontKind.AZURE_API_MANAGEMENT, {
      name: 'Azure API Management',
      capabilities: [Capability.TOKENS, Capability.API_KEYS, Capability.PER_CLIENT_RATE_LIMITS, Capability.CORS],
      addresses: props.addresses,
      clientCa: props.clientCa,
      connection: FrontConnection.LOAD_BALANCER,
      limits: { longestTimeout: Duration.seconds(240) },
    });
  }

  /** A front of any vendor. It is rendered outside of this package. */
  static of(props: CustomFrontProps): Front {
    return new Front(FrontKind.OTHER, props);
  }

  /** The name in messages, with its article. */
  readonly name: string;
  /** What the front enforces. */
  readonly capabilities: readonly Capability[];
  /** Limits on the routes of the edge; a limit that is undefined does not exist. */
  readonly limits: FrontLimits;
  /** The only addresses, as CIDRs, that may connect to the gateway's pods; undefined for any. */
  readonly addresses?: readonly string[];
  /** The ConfigMap with the authority of the front's own certificate; undefined if it presents none. */
  readonly clientCa?: string;
  /** How the front connects to the gateway. */
  readonly connection: FrontConnection;

  private constructor(
    /** The product. */
    readonly kind: FrontKind,
    props: CustomFrontProps,
  ) {
    const path = `Front(${props.name})`;
    if (kind !== FrontKind.GOOGLE_API_GATEWAY || props.addresses) {
      requireProof(path, props);
    }
    props.addresses?.forEach(cidr => requireRangeOfFront(path, cidr));
    if (props.clientCa !== undefined) {
      requireDnsSubdomain(path, 'a ConfigMap', props.clientCa);
    }
    this.name = props.name;
    this.capabilities = given([...new Set(props.capabilities)]);
    this.limits = given(props.limits ?? {});
    this.addresses = given(props.addresses);
    this.clientCa = props.clientCa;
    this.connection = props.connection ?? FrontConnection.PODS;
  }

  /**
   * Whether it enforces a feature, and the gateway in the cluster does not. Without addresses and a certificate it
   * enforces nothing alone, since clients could bypass it.
   */
  enforcesAlone(capability: Capability): boolean {
    const isProven = (this.addresses ?? this.clientCa) !== undefined;
    return isProven && BY_FRONT_ALONE.includes(capability) && this.capabilities.includes(capability);
  }
}

/** Rejects a front whose connections nothing tells from others, so that it could be bypassed. */
function requireProof(path: string, { addresses, clientCa }: CustomFrontProps): void {
  if (addresses?.length === 0) {
    throw new ValidationError({
      code: 'NoEffect',
      path,
      summary: '`addresses` is empty, so no client could connect to the gateway.',
      fix: 'List the CIDRs from which the front connects.',
    });
  }
  if (addresses === undefined && clientCa === undefined) {
    throw new ValidationError({
      code: 'UnprovenFront',
      path,
      summary: 'Neither addresses nor a client certificate tell connections of the front from others.',
      fix: 'Set `addresses` or `clientCa`.',
    });
  }
}
