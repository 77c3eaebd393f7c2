import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Auth, type Edge, Operation } from '../topology';

/** A route of an API to a Lambda function instead of the cluster, common to HTTP and REST APIs. */
export interface LambdaRoute {
  /** The function; it receives events of payload format 2.0 from an HTTP API, and of format 1.0 from a REST API. */
  readonly handler: IFunction;
  /**
   * The authentication that requests need: `Auth.none()` or `Auth.jwt(…)`; with a REST API also `Auth.apiKey(…)`. The
   * API alone verifies it.
   * @default - that of the edge
   */
  readonly auth?: Auth;
  /**
   * The time for a response, 50 ms to 29 s.
   * @default - that of the API, 29 s
   */
  readonly timeout?: Duration;
}

/** An operation of an API, and the authentication that its requests need. */
export interface ProtectedOperation {
  readonly operation: Operation;
  readonly auth: Auth;
}

/** A route to a function with its operation, and what the API verifies unless the route has an authorizer. */
export interface DeclaredLambdaRoute<R extends LambdaRoute> extends ProtectedOperation {
  readonly route: R;
}

/** The routes to functions of an API. Throws for an operation that is malformed. */
export function lambdaRoutesOf<R extends LambdaRoute & { readonly authorizer?: object }>({
  edge,
  lambdaRoutes = {},
}: {
  readonly edge: Edge;
  readonly lambdaRoutes?: Readonly<Record<string, R>>;
}): DeclaredLambdaRoute<R>[] {
  return Object.entries(lambdaRoutes).map(([text, route]) => ({
    operation: Operation.parse(`${edge.path}/${text}`, text),
    auth: route.authorizer ? Auth.none() : (route.auth ?? edge.auth),
    route,
  }));
}
