import {
  EndpointType,
  IpAddressType as RestIpAddressType,
  type EndpointConfiguration,
} from 'aws-cdk-lib/aws-apigateway';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import { invalid, REST_API } from './limits/managed-api';
import type { RestApiEdgeProps } from './rest-api-props';

/** The endpoint of a REST API: regional, edge-optimized, or private. */
export function endpointOf(props: RestApiEdgeProps): EndpointConfiguration {
  const { vpcEndpoints, ipAddressType, edgeOptimized } = props;
  const ofPublicApi = edgeOptimized ? EndpointType.EDGE : EndpointType.REGIONAL;
  const isDualStack = ipAddressType === IpAddressType.DUAL_STACK;
  return {
    types: [vpcEndpoints ? EndpointType.PRIVATE : ofPublicApi],
    vpcEndpoints,
    ipAddressType: ipAddressType && (isDualStack ? RestIpAddressType.DUAL_STACK : RestIpAddressType.IPV4),
  };
}

/** Throws for properties that an edge-optimized API does not have. */
export function requireFitEdgeOptimizedApi(props: RestApiEdgeProps): void {
  const { edge, edgeOptimized, hostedZone, certificate, quotas } = props;
  if (!edgeOptimized) {
    return;
  }
  const unfit = [
    ['vpcEndpoints', props.vpcEndpoints, 'A private API has no other endpoint.'],
    ['truststore', props.truststore, 'AWS verifies client certificates at regional domains only.'],
    [
      'quotas.integrationTimeoutMillis',
      quotas?.integrationTimeoutMillis,
      'AWS raises it for regional and private APIs only.',
    ],
  ] as const;
  const found = unfit.find(([, value]) => value !== undefined);
  if (found) {
    throw invalid(
      REST_API,
      edge.path,
      `The API is edge-optimized and has \`${found[0]}\`. ${found[2]}`,
      'Remove `edgeOptimized`, or the other property.',
    );
  }
  if (hostedZone && !certificate) {
    throw invalid(
      REST_API,
      edge.path,
      'The certificate of an edge-optimized domain is in us-east-1, wherever the API is, so none is created here.',
      'Set `certificate`, one of us-east-1.',
    );
  }
}

/** Throws for properties that a private API does not have. */
export function requireFitPrivateApi(props: RestApiEdgeProps): void {
  const { edge, vpcEndpoints } = props;
  if (!vpcEndpoints) {
    return;
  }
  if (vpcEndpoints.length === 0) {
    throw invalid(
      REST_API,
      edge.path,
      '`vpcEndpoints` is empty, so no client could invoke the private API.',
      'List the VPC endpoints of its clients, or leave it out for a public API.',
    );
  }
  const ofDomains = (['certificate', 'hostedZone', 'truststore', 'tlsPolicy'] as const).find(name => props[name]);
  if (ofDomains) {
    throw invalid(
      REST_API,
      edge.path,
      `\`${ofDomains}\` is a setting of a custom domain, and the private API has none.`,
      'Remove it; clients use the host name that AWS generates, which private DNS of the endpoints resolves.',
    );
  }
  if (props.ipAddressType === IpAddressType.IPV4) {
    throw invalid(REST_API, edge.path, 'A private API is always dual stack.', 'Remove `ipAddressType`.');
  }
}
