import type { Auth } from './auth';
import type { ExternalAuthorizer } from './external-authorizer';
import { type Declaring, requireDeclaring } from './declaring';
import { duplicate } from './duplicate';
import { Operation } from './operation';
import type { IEdge } from './references';

/** What an edge does with the requests of an operation: a `Route` forwards them, a `Redirect` answers them. */
export abstract class EdgeRule {
  /** The method and path that the rule matches. */
  readonly operation: Operation;
  /** The credentials that requests need; those of the edge, if the rule declares none. */
  readonly auth: Auth;
  /** The service that decides for each request whether it is allowed; undefined for none. */
  readonly authorizer?: ExternalAuthorizer;

  protected constructor(
    declaring: Declaring,
    [what, declaration]: readonly [what: string, declaration: string],
    /** The edge that the rule belongs to. */
    readonly edge: IEdge,
    operation: string,
    props: { readonly auth?: Auth; readonly authorizer?: ExternalAuthorizer },
  ) {
    requireDeclaring(declaring, what, declaration);
    this.operation = Operation.parse(`${edge.path}/${operation}`, operation);
    this.auth = props.auth ?? edge.auth;
    this.authorizer = props.authorizer?.service && props.authorizer;
  }

  /** Where it was declared, for messages. */
  get path(): string {
    return `${this.edge.path}/${this.operation.toString()}`;
  }
}

/** Rejects a rule for the requests of another. */
export function rejectTwin({ edge, operation }: EdgeRule, twin: EdgeRule | undefined): void {
  if (twin) {
    const written = twin.operation.toString();
    const other = written === operation.toString() ? '' : `, "${written}"`;
    throw duplicate(edge.path, `"${operation.toString()}" has a route already${other}.`, 'Keep one of the two.');
  }
}
