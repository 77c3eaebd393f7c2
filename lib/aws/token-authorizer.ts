import { Duration } from 'aws-cdk-lib';
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Edge } from '../topology';
import { inlineFunction } from './inline-function';
import type { ProtectedOperation } from './own-routes';
import { TOKEN_AUTHORIZER_CODE } from './token-authorizer-code';

/**
 * The keys of clients in the usage plan; they identify clients and are not secret, since the authorizer returns them,
 * not the client.
 */
export interface ClientKeyValue {
  /** The claim that identifies the client. */
  readonly claim: string;
  /** The usage keys by the claim's value. */
  readonly keys: { readonly [client: string]: string };
}

/** Properties of a {@link TokenAuthorizer}. */
export interface TokenAuthorizerProps {
  readonly edge: Edge;
  /** The routes whose tokens it verifies. */
  readonly routes: readonly ProtectedOperation[];
  /** @default - requests are not counted by client */
  readonly clients?: ClientKeyValue;
}

/**
 * Verifies tokens for a REST API where a JWT authorizer cannot: a Lambda function that has the issuer's keys, or
 * fetches them, and verifies signature, issuer, audience, time and scopes. Its result is cached for five minutes per
 * token, method and route, so an expired token or a revoked key may be accepted for as long; the gateway in the cluster
 * verifies each request.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export class TokenAuthorizer extends Construct {
  readonly authorizer: RequestAuthorizer;

  constructor(scope: Construct, id: string, { edge, routes, clients }: TokenAuthorizerProps) {
    super(scope, id);
    const environment: Record<string, string> = {
      DEMANDS: JSON.stringify(Object.fromEntries(routes.flatMap(demandOf))),
      ...(clients ? { CLIENTS: JSON.stringify(clients.keys), CLIENT_CLAIM: clients.claim } : {}),
    };
    const handler = new LambdaFunction(this, 'Function', {
      description: `Verifies the tokens of ${edge.id}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      ...inlineFunction(TOKEN_AUTHORIZER_CODE, environment),
      timeout: Duration.seconds(10),
      memorySize: 256,
      logGroup: new LogGroup(this, 'Log', { retention: RetentionDays.ONE_MONTH }),
    });
    this.authorizer = new RequestAuthorizer(this, 'Authorizer', {
      handler,
      identitySources: [
        IdentitySource.header('Authorization'),
        IdentitySource.context('httpMethod'),
        IdentitySource.context('resourcePath'),
      ],
      resultsCacheTtl: Duration.minutes(5),
    });
  }
}

function demandOf({ operation, auth: { token } }: ProtectedOperation): (readonly [string, object])[] {
  return token ? [[operation.toString(), token]] : [];
}
