import { Duration } from 'aws-cdk-lib';
import { CORS_HEADERS, type Edge, type Operation } from '../topology';

/** The CORS settings of both kinds of APIs. */
export interface CorsSettings {
  readonly allowOrigins: string[];
  /** The methods of all operations, undefined for any. */
  readonly allowMethods?: string[];
  readonly allowHeaders: string[];
  readonly exposeHeaders?: string[];
  readonly allowCredentials?: boolean;
  readonly maxAge?: Duration;
}

/** The CORS settings of an edge for its operations, undefined if it has no CORS. */
export function corsOf({ cors }: Edge, operations: readonly Operation[]): CorsSettings | undefined {
  if (!cors) {
    return undefined;
  }
  const methods = operations.flatMap(({ method }) => method ?? []);
  return {
    allowOrigins: cors.origins,
    allowMethods: methods.length < operations.length ? undefined : [...new Set(methods)],
    allowHeaders: [...(cors.headers ?? CORS_HEADERS)],
    exposeHeaders: cors.exposedHeaders,
    allowCredentials: cors.credentials,
    maxAge: cors.maxAge ? Duration.seconds(cors.maxAge.toSeconds()) : undefined,
  };
}
