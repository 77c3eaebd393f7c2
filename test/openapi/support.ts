import { Ajv, type SchemaObject } from 'ajv';
import { Duration } from 'cdk8s';
import { Auth, type EdgeProps, Front, Port, type RouteProps, Topology } from '../../lib';
import { frontSubnets } from '../support/fronts';
import { setValues } from '../support/set-values';

export const google = Front.googleApiGateway();
export const proxy = Front.googleApiGateway({ addresses: frontSubnets });
export const azure = Front.azureApiManagement({ addresses: frontSubnets });

export const jwt = Auth.jwt({ issuer: 'https://login.example', audiences: ['shop', 'app'], scopes: ['read'] });
export const key = Auth.apiKey({ secret: 'keys' });

export function edgeOf(routes: { readonly [operation: string]: RouteProps }, props: Partial<EdgeProps> = {}) {
  const topology = new Topology('shop');
  const web = topology.addService('web', { image: 'example/web:1', port: Port.http(80) });
  const edge = topology.addEdge('door', setValues({ host: 'origin.shop.example', tlsSecret: 'door-tls', ...props }));
  Object.entries(routes).forEach(([operation, of]) => edge.route(operation, web, of));
  return edge;
}

/** An edge with a route of each kind. */
export const routes: { readonly [operation: string]: RouteProps } = {
  'GET /products/{id}': { timeout: Duration.millis(1500) },
  'POST /products/{name}': { auth: jwt },
  'ANY /static/{file+}': {},
  'GET /files/*': {},
};

const parameter = (type: object): SchemaObject => ({
  type: 'object',
  required: ['name', 'in', ...Object.keys(type)],
  additionalProperties: false,
  properties: {
    name: { type: 'string' },
    in: { enum: ['path', 'query', 'header'] },
    required: { const: true },
    description: { type: 'string' },
    ...type,
  },
});

const operation = (parameters: SchemaObject, more: object): SchemaObject => ({
  type: 'object',
  required: ['operationId', 'parameters', 'responses', 'security'],
  additionalProperties: false,
  properties: {
    operationId: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' },
    description: { type: 'string' },
    parameters: { type: 'array', items: parameters, uniqueItems: true },
    responses: {
      type: 'object',
      required: ['default'],
      properties: { default: { type: 'object', required: ['description'] } },
    },
    security: {
      type: 'array',
      items: { type: 'object', maxProperties: 1, additionalProperties: { type: 'array', maxItems: 0 } },
    },
    ...more,
  },
});

const paths = (of: SchemaObject): SchemaObject => ({
  type: 'object',
  additionalProperties: false,
  patternProperties: {
    '^/': {
      type: 'object',
      additionalProperties: false,
      patternProperties: { '^(get|head|post|put|patch|delete|options)$': of },
    },
  },
});

const info = {
  type: 'object',
  required: ['title', 'version'],
  properties: { title: { type: 'string' }, version: { type: 'string' } },
};

/** The part of the schema of OpenAPI 3.0 that documents of edges use: https://spec.openapis.org/oas/3.0/schema */
const OPENAPI_3: SchemaObject = {
  type: 'object',
  required: ['openapi', 'info', 'paths'],
  additionalProperties: false,
  properties: {
    openapi: { const: '3.0.3' },
    info,
    servers: { type: 'array', items: { type: 'object', required: ['url'] } },
    paths: paths(
      operation(parameter({ schema: { type: 'object' } }), { requestBody: { type: 'object', required: ['content'] } }),
    ),
    components: {
      type: 'object',
      additionalProperties: false,
      properties: {
        securitySchemes: {
          type: 'object',
          additionalProperties: {
            oneOf: [
              {
                type: 'object',
                required: ['type', 'scheme'],
                additionalProperties: false,
                properties: {
                  type: { const: 'http' },
                  scheme: { const: 'bearer' },
                  bearerFormat: { type: 'string' },
                  description: { type: 'string' },
                },
              },
              {
                type: 'object',
                required: ['type', 'in', 'name'],
                additionalProperties: false,
                properties: { type: { const: 'apiKey' }, in: { const: 'header' }, name: { type: 'string' } },
              },
            ],
          },
        },
      },
    },
  },
};

const backend = {
  type: 'object',
  required: ['address'],
  additionalProperties: false,
  properties: {
    address: { type: 'string', pattern: '^https://' },
    path_translation: { enum: ['APPEND_PATH_TO_ADDRESS', 'CONSTANT_ADDRESS'] },
    disable_auth: { type: 'boolean' },
    deadline: { type: 'number', exclusiveMinimum: 0 },
  },
};

/** The same of Swagger 2.0, with Google's extensions: https://docs.cloud.google.com/api-gateway/docs/oasv2-extensions */
const SWAGGER_2: SchemaObject = {
  type: 'object',
  required: ['swagger', 'info', 'paths'],
  additionalProperties: false,
  properties: {
    swagger: { const: '2.0' },
    info,
    schemes: { type: 'array', items: { const: 'https' } },
    'x-google-backend': backend,
    'x-google-management': { type: 'object', required: ['metrics', 'quota'] },
    paths: paths(
      operation(parameter({ type: { const: 'string' } }), {
        'x-google-backend': backend,
        'x-google-quota': { type: 'object', required: ['metricCosts'] },
      }),
    ),
    securityDefinitions: {
      type: 'object',
      additionalProperties: {
        oneOf: [
          {
            type: 'object',
            required: ['type', 'in', 'name'],
            additionalProperties: false,
            properties: { type: { const: 'apiKey' }, in: { enum: ['header', 'query'] }, name: { type: 'string' } },
          },
          {
            type: 'object',
            required: ['type', 'flow', 'authorizationUrl', 'x-google-issuer', 'x-google-audiences'],
            additionalProperties: false,
            patternProperties: { '^x-': {} },
            properties: {
              type: { const: 'oauth2' },
              flow: { const: 'implicit' },
              authorizationUrl: { type: 'string' },
            },
          },
        ],
      },
    },
  },
};

const ajv = new Ajv({ allErrors: true, strict: false });

/** The errors of a document: by its schema, of identical paths, and of operations with one id. */
export function errorsOf(document: { readonly [field: string]: unknown }): string[] {
  const validate = ajv.compile('swagger' in document ? SWAGGER_2 : OPENAPI_3);
  validate(document);
  const items = Object.entries(document.paths as Record<string, Record<string, { operationId: string }>>);
  const shapes = items.map(([path]) => path.replace(/\{[^}]+\}/g, '{}'));
  const ids = items.flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
  const unnamed = items.flatMap(([path, methods]) =>
    Object.values(methods).flatMap(of =>
      JSON.stringify([...path.matchAll(/\{([^}=]+)(=\*\*)?\}/g)].map(each => each[1]))
      === JSON.stringify(
        (of as unknown as { parameters: { in: string; name: string }[] }).parameters
          .filter(each => each.in === 'path')
          .map(({ name }) => name),
      )
        ? []
        : [`${path}: other parameters`],
    ),
  );
  const twice = (all: string[]) => all.filter((each, index) => all.indexOf(each) !== index);
  return [
    ...(validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`),
    ...twice(shapes),
    ...twice(ids),
    ...unnamed,
  ];
}
