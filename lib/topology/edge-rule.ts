import type { Auth } from './auth';
import { validateClaims, withClaimsAsHeaders } from './claim-match';
import type { ExternalAuthorizer } from './external-authorizer';
import { type Declaring, requireDeclaring } from './declaring';
import type { Front } from './front';
import { requireFitLogin } from './login';
import { Operation } from './operation';
import type { IEdge } from './references';
import { type RequestMatch, textOfMatch, validateRequestMatch } from './request-match';

/** An edge as its routes and redirects refer to it. */
export interface IRuledEdge extends IEdge {
  /** The service that decides for each request of rules without one of their own; undefined for none. */
  readonly authorizer?: ExternalAuthorizer;
  /** All host names: `host` and its alternatives. */
  readonly hosts: readonly string[];
  /** What is in front of the gateway in the cluster; undefined for nothing. */
  readonly front?: Front;
}

/** What an edge does with the requests of an operation: a `Route` forwards them, a `Redirect` answers them. */
export abstract class EdgeRule {
  /** The method and path that the rule matches. */
  readonly operation: Operation;
  /** The credentials that requests need; those of the edge, if the rule declares none. */
  readonly auth: Auth;
  /** The conditions that requests of the operation must meet; undefined for none. */
  readonly match?: RequestMatch;
  /** The service that decides for each request whether it is allowed; undefined for none. */
  readonly authorizer?: ExternalAuthorizer;

  protected constructor(
    declaring: Declaring,
    [what, declaration]: readonly [what: string, declaration: string],
    /** The edge that the rule belongs to. */
    readonly edge: IRuledEdge,
    operation: string,
    props: { readonly auth?: Auth; readonly match?: RequestMatch; readonly authorizer?: ExternalAuthorizer },
  ) {
    requireDeclaring(declaring, what, declaration);
    this.operation = Operation.parse(`${edge.path}/${operation}`, operation);
    this.auth = props.auth ?? edge.auth;
    requireFitLogin(`${edge.path}/${operation}`, this.auth.login, edge);
    const authorizer = props.authorizer ?? edge.authorizer;
    this.authorizer = authorizer?.service && authorizer;
    this.match = withClaimsAsHeaders(props.match);
    validateClaims(this.path, this.match ?? {}, this.auth.token !== undefined);
    validateRequestMatch(this.path, this.match);
  }

  /** Where it was declared, for messages. */
  get path(): string {
    return `${this.edge.path}/${this.toString()}`;
  }

  /** As it is declared: `METHOD /path`, with its conditions in brackets. */
  toString(): string {
    const conditions = textOfMatch(this.match);
    return `${this.operation.toString()}${conditions === '' ? '' : ` [${conditions}]`}`;
  }
}
