import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with {
  'resolution-mode': 'import',
};
import type { ITopologyChart, SpecOf } from '../kubernetes';
import { Operation, type Port, precedes, type RequestAuth, type Service } from '../topology';
import { conditionsOn } from './edge-policies';
import { jwtRules } from './tokens';
import { operationsOf, operationsOn } from './operations';
import { RequestAuthentication } from './resources';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type Source = NonNullable<NonNullable<Rule['from']>[number]['source']>;
type To = NonNullable<Rule['to']>;

/** What a policy for the requests of a service attaches to: its pods by their labels, or itself at its waypoint. */
export type PolicyTarget =
  | { readonly selector: { readonly matchLabels: { [label: string]: string } } }
  | { readonly targetRefs: { readonly group: string; readonly kind: string; readonly name: string }[] };

/** The tokens that a service accepts. Which requests need one is a part of its AuthorizationPolicy. */
export function renderServiceAuth(chart: ITopologyChart, service: Service, target: PolicyTarget): void {
  const { auth, name, namespace } = service;
  if (!auth) {
    return;
  }
  const tokens = [auth, ...(auth.operations ?? [])].flatMap(each => each.auth.token ?? []);
  const outputClaimToHeaders = Object.entries(auth.claimHeaders ?? {}).map(([header, claim]) => ({ header, claim }));
  new RequestAuthentication(chart.scopeOf(service), 'request-authentication', {
    metadata: { name, namespace },
    spec: {
      ...target,
      jwtRules: jwtRules(tokens).map(rule => ({
        ...rule,
        ...(outputClaimToHeaders.length > 0 ? { outputClaimToHeaders } : {}),
      })),
    },
  });
}

/**
 * The rules that allow a source some operations of a port, or all of them: one for each set of requirements on tokens.
 * They are rules of an ALLOW policy with path templates, so that a path that is matched differently fails closed.
 * @param number the port at the proxy that evaluates them, see `operationsOn`
 */
export function rulesFor(
  service: Service,
  source: Source,
  port: Port,
  operations: readonly Operation[] | undefined,
  number = port.target,
): Rule[] {
  const { auth } = service;
  if (!auth || !port.carriesRequests) {
    return [{ from: [{ source }], to: operationsOn(port, operations, number) }];
  }
  const common = { ports: [String(number)] };
  const listed = auth.operations ?? [];
  const specific = listed.map(each => each.operation);
  const allowed = operations ?? EVERYTHING;
  return [
    ...listed.flatMap(each =>
      rulesUnder(
        each,
        source,
        shareOf(
          allowed,
          each.operation,
          specific.filter(other => precedes(other, each.operation)),
          common,
        ),
      ),
    ),
    ...rulesUnder(
      auth,
      source,
      EVERYTHING.flatMap(each => shareOf(allowed, each, specific, common)),
    ),
  ];
}

/** All requests: the rest of a path has at least one character. */
const EVERYTHING = [Operation.http('ANY /{all+}'), Operation.http('ANY /')];

function rulesUnder({ auth: { token }, claims = {} }: RequestAuth, source: Source, to: To): Rule[] {
  if (to.length === 0) {
    return [];
  }
  if (!token) {
    return [{ from: [{ source }], to }];
  }
  const conditions = Object.entries(claims).map(([claim, values]) => ({
    key: `request.auth.claims[${claim}]`,
    values: [...values],
  }));
  return conditionsOn(token).map(when => ({
    from: [{ source: { ...source, requestPrincipals: [`${token.issuer}/*`] } }],
    to,
    when: when.length + conditions.length > 0 ? [...when, ...conditions] : undefined,
  }));
}

/** The requests of the allowed operations that match an operation, and none of those that precede it. */
function shareOf(
  allowed: readonly Operation[],
  operation: Operation,
  earlier: readonly Operation[],
  common: { ports: string[] },
): To {
  return allowed
    .filter(each => each.overlaps(operation))
    .flatMap(each => {
      const own = both(each, operation);
      const others = earlier.map(other => (other.overlaps(own) ? both(other, own) : other));
      const isTaken = others.some(
        ({ method, path }) => (method === undefined || method === own.method) && path.covers(own.path),
      );
      // The folder of a rest, which its template matches as well, belongs to another operation.
      return isTaken ? [] : operationsOf([own], [...others, ...EVERYTHING], common);
    });
}

/** The requests that match both of two operations that overlap. */
function both(one: Operation, other: Operation): Operation {
  return (one.method === undefined ? other : one).at(one.path.intersection(other.path));
}
