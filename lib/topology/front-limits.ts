import type { Duration } from 'cdk8s';

/** Limits of a front on the routes of an edge. */
export interface FrontLimits {
  /** @default - any number of routes */
  readonly routes?: number;
  /** The number of distinct pairs of issuer and audiences. @default - any */
  readonly issuers?: number;
  /** The number of audiences of a route. @default - any */
  readonly audiences?: number;
  /** The number of scopes of a route. @default - any */
  readonly scopes?: number;
  /** @default - any */
  readonly shortestTimeout?: Duration;
  /** @default - any */
  readonly longestTimeout?: Duration;
}
