import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  CfnMethod,
  CognitoUserPoolsAuthorizer,
  HttpIntegration,
  type IAuthorizer,
  type Integration,
  type IntegrationOptions,
  type IResource,
  JsonSchemaType,
  LambdaIntegration,
  type Method,
  type MethodOptions,
  Model,
  PassthroughBehavior,
  RequestValidator,
  Resource,
  ResponseTransferMode,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import type { Route } from '../topology';
import { corsOf } from './cors';
import { JwtAuthorizers } from './jwt-authorizers';
import { type OwnRoute, ownRoutesOf, type ProtectedOperation } from './own-routes';
import type { PrivateLink } from './private-link';
import type { RestApiEdgeProps, RestOwnRoute } from './rest-api-props';
import { type ClientKeyValue, TokenAuthorizer } from './token-authorizer';
import { verifierOf } from './token-verification';

/** Construct ids that a resource uses itself. */
const RESERVED = /^(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|Resource|Default)$/;

/**
 * The content types of bodies that are text, which a template passes on as they are. Requests without a content type
 * count as the first. AWS damages bodies that are no text.
 */
const CONTENT_TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'application/xml',
  'text/plain',
  'text/xml',
];

/** Properties of {@link RestMethods}. */
export interface RestMethodsProps extends RestApiEdgeProps {
  readonly api: RestApi;
  readonly link: PrivateLink;
  /** @default - clients send their keys, or have none */
  readonly usageKeys?: ClientKeyValue;
}

/**
 * The routes of an edge as methods of a REST API, each with an integration over the VPC link, and routes to functions.
 */
export class RestMethods extends Construct {
  readonly methods = new Map<Route, Method>();
  private readonly authorizer?: IAuthorizer;
  private readonly jwtAuthorizers: JwtAuthorizers;
  private readonly resources = new Map<string, IResource>();
  private readonly validators = new Map<string, RequestValidator>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RestMethodsProps,
  ) {
    super(scope, id);
    const { edge, userPools, usageKeys } = props;
    this.jwtAuthorizers = new JwtAuthorizers(this, 'Jwt', props.api);
    const ownRoutes = ownRoutesOf<RestOwnRoute>(props);
    const operations = [...edge.routes, ...ownRoutes];
    const ofFunction = operations.filter(route => verifierOf(route, props) === 'function');
    if (userPools && operations.some(route => verifierOf(route, props) === 'cognito')) {
      this.authorizer = new CognitoUserPoolsAuthorizer(this, 'UserPools', { cognitoUserPools: userPools });
    } else if (ofFunction.length > 0) {
      this.authorizer = new TokenAuthorizer(this, 'Tokens', {
        edge,
        routes: ofFunction,
        clients: usageKeys,
      }).authorizer;
    }
    edge.routes.forEach(route => this.methods.set(route, this.addMethod(route)));
    const toFunctions = ownRoutes.map(each => this.addOwnMethod(each));
    this.addPreflights(operations, [...this.methods.values(), ...toFunctions]);
  }

  /** Responds to preflights on each path of a route. */
  private addPreflights(operations: readonly ProtectedOperation[], methods: readonly Method[]): void {
    const cors = corsOf(
      this.props.edge,
      operations.map(({ operation }) => operation),
    );
    if (cors) {
      new Set(methods.map(({ resource }) => resource)).forEach(each => each.addCorsPreflight(cors));
    }
  }

  private addMethod(route: Route): Method {
    const { requestValidation } = route;
    const own = this.props.authorizers?.[route.operation.toString()];
    const added = this.addTo(route, this.integrationOf(route), own, {
      requestParameters: Object.fromEntries(parametersOf(route).map(each => [`method.request.${each}`, true])),
      // AWS does not validate content types without a model.
      requestModels: requestValidation?.body ? { $default: this.bodyModel(route) } : undefined,
      requestValidator: requestValidation ? this.validator(requestValidation.body !== undefined) : undefined,
    });
    if (added.node.defaultChild instanceof CfnMethod) {
      connect(added.node.defaultChild, this.props.link);
    }
    return added;
  }

  private addOwnMethod(declared: OwnRoute<RestOwnRoute>): Method {
    const { route } = declared;
    if ('integration' in route) {
      return this.addTo(declared, route.integration, route.authorizer, { methodResponses: route.methodResponses });
    }
    // Only the deployed stage may invoke the function.
    const integration = new LambdaIntegration(route.handler, { timeout: route.timeout, allowTestInvoke: false });
    return this.addTo(declared, integration, route.authorizer);
  }

  /** Adds a method with the authentication of its operation. */
  private addTo(
    declared: ProtectedOperation,
    integration: Integration,
    own: IAuthorizer | undefined,
    options: MethodOptions = {},
  ): Method {
    const { operation, auth } = declared;
    const { userPools, usageKeys, iamRoutes } = this.props;
    const resource = this.resourceOf(operation.path.text === '/' ? [] : operation.path.segments);
    const isCounted = usageKeys !== undefined && auth.token !== undefined;
    const verifier = verifierOf(declared, this.props);
    const byConstruct = verifier === 'function' || verifier === 'cognito' ? this.authorizer : undefined;
    const authorizer = own ?? byConstruct;
    const isSigned = iamRoutes?.includes(operation.toString());
    const added = resource.addMethod(operation.method ?? 'ANY', integration, {
      ...options,
      authorizer,
      authorizationType: authorizer ? undefined : AuthorizationType[isSigned ? 'IAM' : 'NONE'],
      authorizationScopes: userPools && byConstruct ? auth.token?.scopes : undefined,
      apiKeyRequired: auth.key !== undefined || isCounted,
    });
    if (added.node.defaultChild instanceof CfnMethod && auth.token && verifier === 'jwt-authorizer') {
      this.jwtAuthorizers.protect(added.node.defaultChild, auth.token);
    }
    return added;
  }

  /** Each segment is a resource, whose construct has child ids in common with its methods. */
  private resourceOf(segments: readonly string[]): IResource {
    const pathPart = segments.at(-1);
    if (pathPart === undefined) {
      return this.props.api.root;
    }
    const path = segments.join('/');
    const parent = this.resourceOf(segments.slice(0, -1));
    const id = RESERVED.test(pathPart) || pathPart in Object.prototype ? `Segment ${pathPart}` : pathPart;
    const resource = this.resources.get(path) ?? new Resource(parent, id, { parent, pathPart });
    this.resources.set(path, resource);
    return resource;
  }

  /** The integration with the edge's host, which the gateway in the cluster uses for routing and has in its certificate. */
  private integrationOf(route: Route): HttpIntegration {
    const {
      edge,
      timeout,
      operation: { method, path },
      cacheTtl,
    } = route;
    const origin = `${edge.tlsSecret ? 'https' : 'http'}://${edge.host}:${this.props.link.port}`;
    return new HttpIntegration(`${origin}${path.segments.map(segment => `/${segment.replace('+}', '}')}`).join('')}`, {
      httpMethod: method ?? 'ANY',
      proxy: true,
      options: {
        timeout: Duration.millis(timeout.toMilliseconds()),
        responseTransferMode: this.props.streamedRoutes?.includes(route.operation.toString())
          ? ResponseTransferMode.STREAM
          : undefined,
        ...(this.props.textBodiesOnly ? textTemplates(route) : {}),
        requestParameters: {
          ...Object.fromEntries(
            path.parameters.map(name => [`integration.request.path.${name}`, `method.request.path.${name}`]),
          ),
          ...this.claimHeaders(route),
        },
        cacheKeyParameters: cacheTtl ? parametersOf(route).map(each => `method.request.${each}`) : undefined,
      },
    });
  }

  /** Without a verified token, these headers are set to an empty value. */
  private claimHeaders({ auth }: Route): Record<string, string> {
    const source = this.props.userPools ? 'context.authorizer.claims' : 'context.authorizer';
    return Object.fromEntries(
      Object.entries(this.props.claimHeaders ?? {}).map(([header, claim]) => [
        `integration.request.header.${header}`,
        auth.token ? `${source}.${claim}` : "''",
      ]),
    );
  }

  /** Two validators, shared by the routes. */
  private validator(validateRequestBody: boolean): RequestValidator {
    const id = validateRequestBody ? 'BodyValidator' : 'ParametersValidator';
    const validator =
      this.validators.get(id)
      ?? new RequestValidator(this, id, {
        restApi: this.props.api,
        validateRequestBody,
        validateRequestParameters: true,
      });
    this.validators.set(id, validator);
    return validator;
  }

  private bodyModel(route: Route): Model {
    const id = route.operation.toString().replaceAll('/', ' ');
    return new Model(this, `Body${id}`, {
      restApi: this.props.api,
      contentType: 'application/json',
      schema: { type: JsonSchemaType.OBJECT, ...route.requestValidation?.body },
    });
  }
}

/** Connects a method with the load balancer by the VPC link. */
function connect(method: CfnMethod, { restVpcLink, vpcLink, loadBalancerArn }: PrivateLink): void {
  method.addPropertyOverride('Integration.ConnectionType', 'VPC_LINK');
  method.addPropertyOverride('Integration.ConnectionId', restVpcLink?.vpcLinkId ?? vpcLink?.vpcLinkId);
  if (!restVpcLink) {
    // The construct does not support VPC links of version 2.
    method.addPropertyOverride('Integration.IntegrationTarget', loadBalancerArn);
  }
}

/**
 * Templates that pass on text and overwrite the path, which includes the stage. For other content types the path would
 * keep it, and a route such as `/{tenant}/{rest+}` would match it: 415.
 */
function textTemplates(route: Route): IntegrationOptions {
  const template = `#set($context.requestOverride.path = "${pathTemplate(route)}")\n$input.body`;
  return {
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: Object.fromEntries(CONTENT_TYPES.map(each => [each, template])),
  };
}

/** The cache key of a route's responses: its parameters, its required query parameters and headers, and the token. */
function parametersOf({ operation: { path }, requestValidation, auth, cacheTtl }: Route): string[] {
  return [
    ...path.parameters.map(name => `path.${name}`),
    ...(requestValidation?.query ?? []).map(name => `querystring.${name}`),
    ...(requestValidation?.headers ?? []).map(name => `header.${name}`),
    ...(cacheTtl && auth.token ? ['header.Authorization'] : []),
  ];
}

/**
 * Segments that the gateway in the cluster would resolve, so that a request of one route would become one of another.
 */
const DOT_SEGMENTS = String.raw`(?<=^|/)[.]{1,2}(?=/|\z)`;

/**
 * The path with its parameters, which AWS decodes, encoded anew. Only the slashes of a rest stay, and segments of dots
 * become text that no proxy resolves: what reaches the cluster matches the route that AWS has checked.
 */
function pathTemplate({ operation: { path } }: Route): string {
  return path.segments
    .map(segment => {
      const [name] = /^\{(.+?)\+?\}$/.exec(segment)?.slice(1) ?? [];
      if (name === undefined) {
        return `/${segment}`;
      }
      const encoded = `$util.urlEncode($input.params().path.get('${name}')).replace('+', '%20')`;
      return (
        `/${encoded}${segment.endsWith('+}') ? ".replace('%2F', '/')" : ''}.replaceAll('${DOT_SEGMENTS}', ` + `'%252E')`
      );
    })
    .join('');
}
