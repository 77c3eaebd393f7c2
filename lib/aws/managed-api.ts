import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ApiQuotas } from '../checks';
import type { Edge } from '../topology';
import type { AccessLogSettings } from './access-log';
import type { DomainSettings } from './domain';
import type { PrivateLinkSettings } from './private-link';

/** The certificate authorities of client certificates that an API accepts: a file of PEM certificates in a bucket. */
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

/** The common properties of managed APIs in front of a cluster. */
export interface ManagedApiProps extends PrivateLinkSettings, DomainSettings, AccessLogSettings {
  /** The edge that the API is in front of; it declares the API as its `front`. */
  readonly edge: Edge;
  /**
   * The certificate authorities of client certificates; required if the edge has `clientCa`, whose counterpart it is.
   * @default - clients need no certificate
   */
  readonly truststore?: Truststore;
  /**
   * The stage; its name is part of the path that clients request, unless the API has a domain. It is never part of the
   * path in the cluster.
   * @default - `$default` for an HTTP API, which is not part of the path; `prod` for a REST API
   */
  readonly stageName?: string;
  /**
   * Request headers for the cluster that carry claims of the verified token: `{ 'x-customer': 'sub' }`. Headers of
   * these names in requests of clients are removed. Any workload in the VPC can forge a header: verify the token for
   * authorization.
   * @default - none
   */
  readonly claimHeaders?: { readonly [header: string]: string };
  /**
   * The quotas of the account that AWS has raised.
   * @default - those of every account
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  readonly quotas?: ApiQuotas;
}
