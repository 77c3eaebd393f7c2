import type { Finding } from '../finding';
import {
  beyondQuota,
  type CloudTemplate,
  entriesOf,
  finding,
  type NamedResource,
  outsideOf,
  outsideOfTime,
  resourcesOf,
} from './template';

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MOST: readonly (readonly [type: string, what: string, most: number])[] = [
  ['AWS::ApiGateway::Resource', 'resources', 300],
  ['AWS::ApiGateway::Authorizer', 'authorizers', 10],
  ['AWS::ApiGateway::Stage', 'stages', 10],
];
const API = 'a REST API';
const SHORTEST = 50;
const LONGEST = 29_000;
const INTEGRATION_TYPES = ['AWS', 'AWS_PROXY', 'HTTP', 'HTTP_PROXY', 'MOCK'];
const CONNECTION_TYPES = ['INTERNET', 'VPC_LINK'];
const HTTP_METHODS = ['ANY', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const TARGET_GROUP_NAME = 32;

/** Faults in the REST APIs of a template that AWS rejects. */
export function restApiLimits(template: CloudTemplate): Finding[] {
  return [
    ...MOST.flatMap(([type, what, most]) =>
      beyondQuota('rest-api-quota', API, 'RestApiId', resourcesOf(template, type), what, most),
    ),
    ...resourcesOf(template, 'AWS::ApiGateway::Method').flatMap(checkMethod),
    ...resourcesOf(template, 'AWS::ApiGateway::Stage').flatMap(({ id, properties: { StageName } }) =>
      typeof StageName === 'string' && !STAGE_NAME.test(StageName)
        ? [
            finding(
              'rest-api-stage-name',
              id,
              `"${StageName}" is not a valid stage name.`,
              'Use up to 128 letters, digits, "-" and "_".',
            ),
          ]
        : [],
    ),
  ];
}

/** A target group to which the cluster binds by name: the name must fit the limit. */
export function targetGroupNames(template: CloudTemplate): Finding[] {
  return resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').flatMap(({ id, properties: { Name } }) =>
    typeof Name === 'string' && Name.length > TARGET_GROUP_NAME
      ? [
          finding(
            'target-group-name',
            id,
            `"${Name}" has ${Name.length} characters, and the limit for target group names is ${TARGET_GROUP_NAME}.`,
            'Shorten the name.',
          ),
        ]
      : [],
  );
}

function checkMethod({ id, properties: { HttpMethod, Integration } }: NamedResource): Finding[] {
  const { Type, ConnectionType, TimeoutInMillis } = Object.fromEntries(entriesOf(Integration));
  return [
    ...outsideOf('rest-api-enumeration', id, API, 'method', HttpMethod, HTTP_METHODS),
    ...outsideOf('rest-api-enumeration', id, API, 'integration type', Type, INTEGRATION_TYPES),
    ...outsideOf('rest-api-enumeration', id, API, 'connection type', ConnectionType, CONNECTION_TYPES),
    ...outsideOfTime('rest-api-timeout', id, API, TimeoutInMillis, SHORTEST, LONGEST),
  ];
}
