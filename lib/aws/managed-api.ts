import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Edge } from '../topology';
import type { ExistingLoadBalancer, GatewayPorts } from './private-link';

/** The authorities whose client certificates an API takes: a file of PEM certificates in a bucket. */
export interface Truststore {
  /** The bucket of the file; API Gateway reads it when the domain is deployed. */
  readonly bucket: IBucket;
  /** The key of the file. */
  readonly key: string;
  /**
   * The version of the file.
   * @default - the newest when the domain is deployed
   */
  readonly version?: string;
}

/** What the managed APIs before a cluster have in common. */
export interface ManagedApiProps {
  /** The edge that the API is in front of; it is declared with `managed: true`. */
  readonly edge: Edge;
  /** The VPC of the cluster. */
  readonly vpc: IVpc;
  /**
   * The certificate of the edge's host, of the region of the API. With it the API answers under that host, with TLS 1.2 or newer, and
   * nowhere else; the host's DNS record, an alias of the output `DomainTarget`, is left to you.
   * @default - the API answers under the name that AWS gives it
   */
  readonly certificate?: ICertificate;
  /**
   * The authorities of client certificates; demanded where the edge has `clientCa`, whose counterpart it is.
   * @default - clients need no certificate
   */
  readonly truststore?: Truststore;
  /**
   * The stage; with a name, it is part of the path that clients ask for, unless the API has a domain. The cluster never sees it.
   * @default - `$default` of an HTTP API, which has no name in the path; `prod` of a REST API
   */
  readonly stageName?: string;
  /**
   * Request headers for the cluster that carry claims of the verified token: `{ 'x-customer': 'sub' }`. What clients send under these names is
   * dropped. Inside the VPC anyone can forge a header: for decisions, verify the token.
   * @default - none
   */
  readonly claimHeaders?: { readonly [header: string]: string };
  /**
   * A load balancer that is there already; its target group is its own.
   * @default - one is made, with a target group named `edge.id`
   */
  readonly loadBalancer?: ExistingLoadBalancer;
  /**
   * The subnets of the load balancer that is made. Where they have no pods in them, their CIDRs as the edge's `frontCidrs` keep all else from the gateway.
   * @default - private subnets of the VPC
   */
  readonly loadBalancerSubnets?: SubnetSelection;
  /**
   * Where the pods of the gateway listen. Those of Envoy Gateway: `{ requests: 10443, readiness: 19003, readinessPath: '/ready' }`.
   * @default - those of Istio's gateway
   */
  readonly gatewayPorts?: GatewayPorts;
  /**
   * How long access logs are kept.
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}
