import { type Edge, requireArguments } from '../topology';
import { type ApiOperation, operationsOf } from './operations';

/** A document of OpenAPI, to be written as JSON or YAML. */
export interface ApiDocument {
  /** A field of the document, of any shape that the specification allows. */
  readonly [field: string]: unknown;
}

/**
 * The routes of an edge as an OpenAPI document for clients: operations, parameters, and the tokens or keys that they
 * need. A parameter for the rest of a path is one parameter with a description: OpenAPI has no other.
 * @see https://spec.openapis.org/oas/v3.0.3
 */
export function openApi(edge: Edge): ApiDocument {
  requireArguments('function.openApi', [edge], edge);
  return openApiOf(edge, operationsOf(edge), path => path.replace('+}', '}'));
}

/** @param pathOf the text of a path in the document */
export function openApiOf(
  edge: Edge,
  operations: readonly ApiOperation[],
  pathOf: (path: string) => string,
): ApiDocument {
  const schemes = new Schemes();
  const securityOf = ({ route: { auth } }: ApiOperation): object[] => {
    if (auth.token) {
      const { issuer } = auth.token;
      const description = `A token of ${issuer}.`;
      return [
        { [schemes.nameOf('token', issuer, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description })]: [] },
      ];
    }
    if (auth.key) {
      const { header: name = 'x-api-key' } = auth.key;
      return [{ [schemes.nameOf('key', name, { type: 'apiKey', in: 'header', name })]: [] }];
    }
    if (auth.login) {
      const { issuer } = auth.login;
      const openIdConnectUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      return [{ [schemes.nameOf('login', issuer, { type: 'openIdConnect', openIdConnectUrl })]: [] }];
    }
    return [];
  };
  const paths = pathsOf(operations, pathOf, operation => ({
    operationId: operation.id,
    ...scopesOf(operation),
    parameters: parametersOf(operation, { schema: { type: 'string' } }),
    ...(operation.route.requestValidation?.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: operation.route.requestValidation.body } },
          },
        }
      : {}),
    responses: { default: { description: `The response of ${operation.route.service.name}.` } },
    security: securityOf(operation),
  }));
  return {
    openapi: '3.0.3',
    info: { title: edge.id, version: '1.0.0' },
    servers: [{ url: `${edge.tlsSecret ? 'https' : 'http'}://${edge.host}` }],
    paths,
    components: { securitySchemes: schemes.all },
  };
}

/** In OpenAPI 3.0 only OAuth2 has scopes. */
function scopesOf({ route: { auth } }: ApiOperation): { description?: string } {
  return auth.token?.scopes ? { description: `The token has one of the scopes ${auth.token.scopes.join(', ')}.` } : {};
}

/** The operations by path and method. */
export function pathsOf(
  operations: readonly ApiOperation[],
  pathOf: (path: string) => string,
  render: (operation: ApiOperation) => object,
): { [path: string]: { [method: string]: object } } {
  const paths = new Map<string, Map<string, object>>();
  for (const operation of operations) {
    const text = pathOf(operation.path.text);
    const methods = paths.get(text) ?? new Map<string, object>();
    paths.set(text, methods);
    // The path of one segment and of the rest may have the same text: the first is the more specific one.
    if (!methods.has(operation.method)) {
      methods.set(operation.method, render(operation));
    }
  }
  return Object.fromEntries([...paths].map(([path, methods]) => [path, Object.fromEntries(methods)]));
}

/** The parameters of an operation: those of its path, and those that are required. */
export function parametersOf({ path, route }: ApiOperation, type: object): object[] {
  const inPath = path.parameters.map((name, index) => ({
    name,
    in: 'path',
    required: true,
    ...type,
    ...(path.takesRest && index === path.parameters.length - 1
      ? { description: 'The rest of the path, with its slashes.' }
      : {}),
  }));
  const required = (names: readonly string[] | undefined, place: string) =>
    (names ?? []).map(name => ({ name, in: place, required: true, ...type }));
  return [
    ...inPath,
    ...required(route.requestValidation?.query, 'query'),
    ...required(route.requestValidation?.headers, 'header'),
  ];
}

/** The security schemes of a document, one for each distinct requirement: `token`, `token-2`. */
export class Schemes {
  private readonly byKey = new Map<string, { readonly name: string; readonly scheme: object }>();

  /** The name of the scheme of a requirement, which is added if it is new. */
  nameOf(kind: string, requirement: unknown, scheme: object): string {
    const key = JSON.stringify([kind, requirement]);
    const count = [...this.byKey.values()].filter(({ name }) => name.replace(/-\d+$/, '') === kind).length;
    const { name } = this.byKey.get(key) ?? { name: count === 0 ? kind : `${kind}-${count + 1}` };
    this.byKey.set(key, { name, scheme });
    return name;
  }

  /** All of them by name. */
  get all(): { [name: string]: object } {
    return Object.fromEntries([...this.byKey.values()].map(({ name, scheme }) => [name, scheme]));
  }
}
