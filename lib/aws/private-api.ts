import {
  EndpointType,
  IpAddressType as RestIpAddressType,
  type EndpointConfiguration,
} from 'aws-cdk-lib/aws-apigateway';
import { IpAddressType } from 'aws-cdk-lib/aws-apigatewayv2';
import { invalid, REST_API } from './limits/managed-api';
import type { RestApiEdgeProps } from './rest-api-props';

/** The endpoint of a REST API: regional, or private. */
export function endpointOf(props: RestApiEdgeProps): EndpointConfiguration {
  const { vpcEndpoints, ipAddressType } = props;
  const isDualStack = ipAddressType === IpAddressType.DUAL_STACK;
  return {
    types: [vpcEndpoints ? EndpointType.PRIVATE : EndpointType.REGIONAL],
    vpcEndpoints,
    ipAddressType: ipAddressType && (isDualStack ? RestIpAddressType.DUAL_STACK : RestIpAddressType.IPV4),
  };
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
