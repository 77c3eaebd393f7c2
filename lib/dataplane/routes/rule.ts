import type { Field } from '../../manifests';
import type { Cors } from './cors';
import type { HeaderOperations } from './header-operations';
import type { Message } from '../messages/message';
import type { Proxy } from '../endpoints/proxy';
import { requireMatchRead } from '../unread/rules';
import type { PathMatch, PathRewrite } from './path-match';

/** A match of a rule. */
export interface Match {
  readonly at: Field;
  readonly path?: PathMatch;
  /** The only method that it matches, if there is one. */
  readonly method?: string;
  /** Whether it is for preflights, which Envoy Gateway adds beside a match with a method. */
  readonly isPreflight?: boolean;
  /** Whether it matches every request, so that no later rule is reached. */
  readonly matchesAll: boolean;
  /** Whether it exists in a proxy's route configuration for a port. */
  readonly isFor: (proxy: Proxy, port: number) => boolean;
  readonly matches: (message: Message) => boolean;
}

/** A weighted destination of a rule. */
export interface Backend {
  readonly at: Field;
  readonly share: number;
  /** Whether its route has several destinations: weighted clusters of Envoy, with header operations of their own. */
  readonly isWeighted: boolean;
  /** The full name of the host; undefined if the reference is not resolvable or not allowed. */
  readonly host?: string;
  /** The Service port; undefined for the port of the request. */
  readonly port?: number;
  readonly subset?: string;
  readonly rewriteHost?: string;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
}

export interface Mirror {
  readonly host: string;
  readonly port?: number;
  readonly subset?: string;
  /** From 0 to 1. */
  readonly share: number;
}

export interface Retries {
  /** The number of retries. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** The retry conditions of Envoy, with statuses among them; empty without retries. */
  readonly on: string;
}

export interface Fault {
  /** The settings that inject it. */
  readonly at: Field;
  readonly delayMs: number;
  /** From 0 to 1. */
  readonly delayShare: number;
  readonly status: number;
  readonly grpcStatus?: string;
  readonly abortShare: number;
}

/** A direct response or redirect. */
export interface Reply {
  readonly status: number;
  readonly location?: string;
  readonly body?: string;
}

/** A rule of a VirtualService, an HTTPRoute or a GRPCRoute, in the common form that a proxy applies. */
export interface Rule {
  readonly at: Field;
  /** None, if it matches all requests. */
  readonly matches: readonly Match[];
  readonly reply?: (message: Message, matched: PathMatch | undefined) => Reply;
  readonly backends: readonly Backend[];
  /** Whether it answers with an error, since it has neither a backend nor a response. */
  readonly hasNoBackend?: boolean;
  readonly rewrite?: PathRewrite;
  readonly rewriteHost?: string;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  /** Undefined for none. */
  readonly timeoutMs?: number;
  readonly retries: Retries;
  readonly fault?: Fault;
  readonly mirrors: readonly Mirror[];
  readonly cors?: Cors;
  /** The response status for a backend that does not exist. */
  readonly unknownBackendStatus: number;
}

/** A route of a proxy: a rule with one of its matches. */
export interface Route {
  readonly rule: Rule;
  readonly match?: Match;
}

/** The routes of a proxy for a port: in order, up to a catch-all. */
export function routesAt(rules: readonly Rule[], proxy: Proxy, port: number): Route[] {
  const routes: Route[] = [];
  for (const rule of rules) {
    if (rule.matches.length === 0) {
      return [...routes, { rule }];
    }
    for (const match of rule.matches.filter(each => each.isFor(proxy, port))) {
      routes.push({ rule, match });
      if (match.matchesAll) {
        return routes;
      }
    }
  }
  return routes;
}

/** Routes with catch-alls at the end, so that lists can be joined. */
export function catchAllsLast(routes: readonly Route[]): Route[] {
  const takesAll = ({ match }: Route) => match?.matchesAll ?? true;
  return [...routes.filter(each => !takesAll(each)), ...routes.filter(takesAll)];
}

/** The first route that matches a request. Throws where that depends on a field of a match that is not simulated. */
export function routeFor(routes: readonly Route[], message: Message): Route | undefined {
  return routes.find(({ match }) => {
    if (!match) {
      return true;
    }
    requireMatchRead(match.at);
    return match.matches(message);
  });
}
