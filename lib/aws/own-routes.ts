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

/** What routes to functions and other integrations have in common. */
export interface OwnRouteSettings {
  readonly auth?: Auth;
  readonly authorizer?: object;
  readonly timeout?: Duration;
}

/** A route that the cluster does not have, with its operation, and what the API verifies unless it has an authorizer. */
export interface OwnRoute<R extends OwnRouteSettings> extends ProtectedOperation {
  readonly route: R;
}

/** The routes of an API to functions and other integrations. Throws for an operation that is malformed. */
export function ownRoutesOf<R extends OwnRouteSettings>({
  edge,
  lambdaRoutes = {},
  integrationRoutes = {},
}: {
  readonly edge: Edge;
  readonly lambdaRoutes?: Readonly<Record<string, R>>;
  readonly integrationRoutes?: Readonly<Record<string, R>>;
}): OwnRoute<R>[] {
  return [...Object.entries(lambdaRoutes), ...Object.entries(integrationRoutes)].map(([text, route]) => ({
    operation: Operation.parse(`${edge.path}/${text}`, text),
    auth: route.authorizer ? Auth.none() : (route.auth ?? edge.auth),
    route,
  }));
}
