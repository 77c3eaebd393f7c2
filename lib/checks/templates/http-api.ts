import type { Finding } from '../finding';
import { type ApiQuotas, HTTP_API_QUOTAS, limitOf } from './quotas';
import {
  beyondQuota,
  type CloudTemplate,
  entriesOf,
  finding,
  type NamedResource,
  outsideOf,
  outsideOfTime,
  referenceIn,
  resourcesOf,
} from './template';

const COUNTED = [
  ['AWS::ApiGatewayV2::Route', 'routes'],
  ['AWS::ApiGatewayV2::Integration', 'integrations'],
  ['AWS::ApiGatewayV2::Authorizer', 'authorizers'],
  ['AWS::ApiGatewayV2::Stage', 'stages'],
] as const;
const AUDIENCES = HTTP_API_QUOTAS.audiences.limit;
const SCOPES = HTTP_API_QUOTAS.scopes.limit;
const API = 'an HTTP API';
const SHORTEST = 50;
const LONGEST = HTTP_API_QUOTAS.integrationTimeoutMillis;

const INTEGRATION_TYPES = ['AWS_PROXY', 'HTTP_PROXY'];
const CONNECTION_TYPES = ['INTERNET', 'VPC_LINK'];
const ROUTE_KEY = /^(\$default|(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/(?:[^\s{}]|\{[^\s{}/]+\+?\})*)$/;
const STAGE_NAME = /^(\$default|[A-Za-z0-9_-]{1,128})$/;
/**
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html#http-api-mapping-reserved-headers
 */
const RESERVED_HEADER = new RegExp(
  '^(authorization|connection|content-encoding|content-length|content-location|forwarded|keep-alive|origin|'
    + 'proxy-authenticate|te|trailers?|transfer-encoding|upgrade|via|'
    + 'x-forwarded-.*|access-control-.*|x-amzn?-.*|apigw-.*)$',
);

/** Faults in the HTTP APIs of a template that AWS rejects, or that show at run time: no other tool detects them. */
export function httpApiLimits(template: CloudTemplate, quotas: ApiQuotas): Finding[] {
  const apis = new Set(
    resourcesOf(template, 'AWS::ApiGatewayV2::Api')
      .filter(({ properties }) => (properties.ProtocolType ?? 'HTTP') === 'HTTP')
      .map(({ id }) => id),
  );
  const ofHttpApis = (type: string) =>
    resourcesOf(template, type).filter(({ properties }) => apis.has(referenceIn(properties.ApiId) ?? ''));
  return [
    ...COUNTED.flatMap(([type, name]) =>
      beyondQuota(
        'http-api-quota',
        API,
        'ApiId',
        ofHttpApis(type),
        name,
        HTTP_API_QUOTAS[name],
        limitOf(HTTP_API_QUOTAS, name, { ...quotas }),
      ),
    ),
    ...ofHttpApis('AWS::ApiGatewayV2::Route').flatMap(checkRoute),
    ...ofHttpApis('AWS::ApiGatewayV2::Integration').flatMap(checkIntegration),
    ...ofHttpApis('AWS::ApiGatewayV2::Authorizer').flatMap(checkAuthorizer),
    ...ofHttpApis('AWS::ApiGatewayV2::Stage').flatMap(checkStage),
    ...resourcesOf(template, 'AWS::WAFv2::WebACLAssociation')
      .filter(({ properties }) => mentions(properties.ResourceArn, apis))
      .map(({ id }) =>
        finding(
          'http-api-firewall',
          id,
          'The web ACL is associated with an HTTP API, which does not support web ACLs.',
          'Use a REST API, or put CloudFront in front.',
        ),
      ),
  ];
}

function checkRoute({ id, properties: { RouteKey, AuthorizationScopes, ApiKeyRequired } }: NamedResource): Finding[] {
  return [
    ...(typeof RouteKey === 'string' && !ROUTE_KEY.test(RouteKey)
      ? [
          finding(
            'http-api-route-key',
            id,
            `"${RouteKey}" is not a route key: no request would ever match it.`,
            'Write a method and a path, "GET /product/{id}", or "$default".',
          ),
        ]
      : []),
    ...(Array.isArray(AuthorizationScopes) && AuthorizationScopes.length > SCOPES
      ? [
          finding(
            'http-api-quota',
            id,
            `The route lists ${AuthorizationScopes.length} scopes, and the limit is ${SCOPES}.`,
            'Give the clients a common scope.',
          ),
        ]
      : []),
    ...(ApiKeyRequired === true
      ? [
          finding(
            'http-api-key',
            id,
            'The route requires an API key, which an HTTP API does not check.',
            'Use a REST API, or a token.',
          ),
        ]
      : []),
  ];
}

function checkIntegration({ id, properties }: NamedResource): Finding[] {
  const { IntegrationType, ConnectionType, TimeoutInMillis, RequestParameters } = properties;
  return [
    ...outsideOf('http-api-enumeration', id, API, 'integration type', IntegrationType, INTEGRATION_TYPES),
    ...outsideOf('http-api-enumeration', id, API, 'connection type', ConnectionType, CONNECTION_TYPES),
    ...outsideOfTime('http-api-timeout', id, API, TimeoutInMillis, SHORTEST, LONGEST, LONGEST.limit),
    ...entriesOf(RequestParameters)
      .map(([key]) => /^(?:append|overwrite|remove):header\.(.+)$/.exec(key)?.[1])
      .filter(header => header !== undefined && RESERVED_HEADER.test(header.toLowerCase()))
      .map(header =>
        finding(
          'http-api-reserved-header',
          id,
          `The integration maps the header "${header}", which AWS reserves.`,
          'Use another header.',
        ),
      ),
  ];
}

function checkAuthorizer({ id, properties: { JwtConfiguration } }: NamedResource): Finding[] {
  const audiences = entriesOf(JwtConfiguration).find(([name]) => name === 'Audience')?.[1];
  return Array.isArray(audiences) && audiences.length > AUDIENCES
    ? [
        finding(
          'http-api-quota',
          id,
          `The authorizer lists ${audiences.length} audiences, and the limit is ${AUDIENCES}.`,
          'Give the clients a common audience.',
        ),
      ]
    : [];
}

function checkStage({ id, properties: { StageName } }: NamedResource): Finding[] {
  return typeof StageName === 'string' && !STAGE_NAME.test(StageName)
    ? [
        finding(
          'http-api-stage-name',
          id,
          `"${StageName}" is not a valid stage name.`,
          'Use up to 128 letters, digits, "-" and "_", or "$default".',
        ),
      ]
    : [];
}

function mentions(value: unknown, ids: ReadonlySet<string>): boolean {
  const text = JSON.stringify(value ?? '');
  return [...ids].some(id => text.includes(`"${id}"`) || text.includes(`\${${id}`));
}
