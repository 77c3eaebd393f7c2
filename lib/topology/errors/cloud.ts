import type { ErrorEntry } from './entry';

/** What managed APIs of AWS and the functions beside them cannot do. */
export const CLOUD_ERRORS = [
  {
    id: 'WrongFront',
    summary: 'An API in front of an edge that does not declare it as its front',
    explanation:
      'The gateway in the cluster would accept connections that bypass the API, or leave to it what it does not '
      + 'enforce. Declare the API as `front` of the edge.',
  },
  {
    id: 'LimitOfHttpApi',
    summary: 'Something that an HTTP API of Amazon API Gateway cannot do',
    explanation:
      'A quota, a grammar or a feature of HTTP APIs: the deployment would fail, or the API would not enforce '
      + 'what is declared. The message states the limit; a REST API may have the feature.',
  },
  {
    id: 'LimitOfRestApi',
    summary: 'Something that a REST API of Amazon API Gateway cannot do',
    explanation:
      'A quota, a grammar or a feature of REST APIs: the deployment would fail, or the API would not enforce '
      + 'what is declared. The message states the limit.',
  },
  {
    id: 'LimitOfWebSocketApi',
    summary: 'Something that a WebSocket API of Amazon API Gateway cannot do',
    explanation:
      'A quota, a grammar or a feature of WebSocket APIs: the deployment would fail, or the API would not enforce '
      + 'what is declared. Clients are verified when they connect; their messages have no headers.',
  },
  {
    id: 'InvalidCloudNetwork',
    summary: 'A VPC, load balancer or VPC link that cannot connect an API with the cluster',
    explanation:
      'The API connects through a VPC link and an internal load balancer to the pods of the gateway. This needs known '
      + 'subnets and CIDRs of the VPC, known security groups of what exists already, and one port for each listener.',
  },
  {
    id: 'InvalidTargetGroup',
    summary: 'A TargetGroupBinding that its controller does not support',
    explanation:
      'Target groups have ARNs, security groups have ids, and values of another app are known after its deployment only. '
      + 'The controller of EKS Auto Mode supports neither names of target groups nor CIDRs.',
  },
  {
    id: 'LimitOfApi',
    summary: 'Something that an API of another vendor cannot do',
    explanation:
      'The API that an OpenAPI document describes would not enforce what is declared, or would match other routes than '
      + 'the gateway in the cluster. The message states the limit.',
  },
  {
    id: 'InvalidAggregate',
    summary: 'An aggregate that a Lambda function cannot answer',
    explanation:
      'The function calls HTTP addresses and has less time than the API in front. Name two or more parts with '
      + 'http addresses, within 28 seconds in all.',
  },
] as const satisfies readonly ErrorEntry[];
