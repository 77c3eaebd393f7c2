import type { Finding } from '../finding';
import { type ApiQuotas, limitOf, REST_API_QUOTAS } from './quotas';
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

const COUNTED = [
  ['AWS::ApiGateway::Resource', 'resources'],
  ['AWS::ApiGateway::Authorizer', 'authorizers'],
  ['AWS::ApiGateway::Stage', 'stages'],
] as const;
const API = 'a REST API';
const SHORTEST = 50;
const INTEGRATION_TYPES = ['AWS', 'AWS_PROXY', 'HTTP', 'HTTP_PROXY', 'MOCK'];
const CONNECTION_TYPES = ['INTERNET', 'VPC_LINK'];
const HTTP_METHODS = ['ANY', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const STAGE_NAME = /^[A-Za-z0-9_-]{1,128}$/;
const TARGET_GROUP_NAME = 32;

/** Faults in the REST APIs of a template that AWS rejects. */
export function restApiLimits(template: CloudTemplate, quotas: ApiQuotas): Finding[] {
  return [
    ...COUNTED.flatMap(([type, name]) =>
      beyondQuota(
        'rest-api-quota',
        API,
        'RestApiId',
        resourcesOf(template, type),
        name,
        REST_API_QUOTAS[name],
        limitOf(REST_API_QUOTAS, name, { ...quotas }),
      ),
    ),
    ...resourcesOf(template, 'AWS::ApiGateway::Method').flatMap(each => checkMethod(each, quotas)),
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

function checkMethod({ id, properties: { HttpMethod, Integration } }: NamedResource, quotas: ApiQuotas): Finding[] {
  const { Type, ConnectionType, TimeoutInMillis, ResponseTransferMode } = Object.fromEntries(entriesOf(Integration));
  const name = ResponseTransferMode === 'STREAM' ? 'streamMillis' : 'integrationTimeoutMillis';
  const timeout = REST_API_QUOTAS[name];
  const longest = limitOf(REST_API_QUOTAS, name, { ...quotas });
  return [
    ...outsideOf('rest-api-enumeration', id, API, 'method', HttpMethod, HTTP_METHODS),
    ...outsideOf('rest-api-enumeration', id, API, 'integration type', Type, INTEGRATION_TYPES),
    ...outsideOf('rest-api-enumeration', id, API, 'connection type', ConnectionType, CONNECTION_TYPES),
    ...outsideOfTime('rest-api-timeout', id, API, TimeoutInMillis, SHORTEST, timeout, longest),
  ];
}
