import type { Field } from '../../../manifests';
import type { Message } from '../message';
import type { Proxy } from '../proxies/proxy';
import { requireMatchRead } from '../unread/rules';
import { matchesRe2 } from './re2';

/** How a rule names the path that it is for. */
export interface PathMatch {
  /** `prefix` is one of characters, `segments` one of whole parts between slashes. */
  readonly kind: 'exact' | 'prefix' | 'segments' | 'regex';
  readonly value: string;
  readonly ignoresCase?: boolean;
}

/** A match of a rule. */
export interface Match {
  readonly at: Field;
  readonly path?: PathMatch;
  /** Whether it is for every request, so that no rule behind it is reached. */
  readonly takesAll: boolean;
  /** Whether it is there at all for requests that a proxy sends to a port. */
  readonly isFor: (proxy: Proxy, port: number) => boolean;
  readonly takes: (message: Message) => boolean;
}

/** What is done to headers; those of one level remove first. */
export interface HeaderOperations {
  readonly set: Readonly<Record<string, string>>;
  readonly add: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** Where a rule sends a request, with the part of the requests that get there. */
export interface Backend {
  readonly at: Field;
  readonly share: number;
  /** The full name of the host; undefined if the reference is to nothing that may be used. */
  readonly host?: string;
  /** That of the Service; undefined for the one that the request came for. */
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
  /** Further tries after the first. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  /** The conditions, as Envoy names them; empty for Istio's own. */
  readonly on: string;
}

export interface Fault {
  readonly delayMs: number;
  /** From 0 to 1. */
  readonly delayShare: number;
  readonly status: number;
  readonly grpcStatus?: string;
  readonly abortShare: number;
}

/** What a rule answers without sending the request on. */
export interface Reply {
  readonly status: number;
  readonly location?: string;
  readonly body?: string;
}

export interface Cors {
  readonly takesOrigin: (origin: string) => boolean;
  /** Whether preflights of other origins are answered too, instead of being sent on. */
  readonly answersAll: boolean;
}

/** How the path changes on its way. */
export type PathRewrite = (path: string, matched: PathMatch | undefined) => string;

/** A rule of a VirtualService, an HTTPRoute or a GRPCRoute, in the one form in which a proxy applies it. */
export interface Rule {
  readonly at: Field;
  /** None, if it is for all requests. */
  readonly matches: readonly Match[];
  readonly reply?: (message: Message, matched: PathMatch | undefined) => Reply;
  readonly backends: readonly Backend[];
  readonly rewritePath?: PathRewrite;
  readonly rewriteHost?: string;
  readonly request: HeaderOperations;
  readonly response: HeaderOperations;
  /** Undefined for none. */
  readonly timeoutMs?: number;
  readonly retries: Retries;
  readonly fault?: Fault;
  readonly mirrors: readonly Mirror[];
  readonly cors?: Cors;
  /** What a backend that does not exist is answered with. */
  readonly unknownBackendStatus: number;
}

export const NO_OPERATIONS: HeaderOperations = { set: {}, add: {}, remove: [] };

/** A rule by one of its matches, as a proxy has it in its list. */
export interface Route {
  readonly rule: Rule;
  readonly match?: Match;
}

/** The routes that a proxy has of rules for a port: in their order, up to one that takes all. */
export function routesAt(rules: readonly Rule[], proxy: Proxy, port: number): Route[] {
  const routes: Route[] = [];
  for (const rule of rules) {
    if (rule.matches.length === 0) {
      return [...routes, { rule }];
    }
    for (const match of rule.matches.filter(each => each.isFor(proxy, port))) {
      routes.push({ rule, match });
      if (match.takesAll) {
        return routes;
      }
    }
  }
  return routes;
}

/** Routes with those at the end that take every request, so that lists can be joined. */
export function catchAllsLast(routes: readonly Route[]): Route[] {
  const takesAll = ({ match }: Route) => match?.takesAll ?? true;
  return [...routes.filter(each => !takesAll(each)), ...routes.filter(takesAll)];
}

/** The first route that takes a request. Throws where that depends on a field of a match that is not simulated. */
export function routeFor(routes: readonly Route[], message: Message): Route | undefined {
  return routes.find(({ match }) => {
    if (!match) {
      return true;
    }
    requireMatchRead(match.at);
    return match.takes(message);
  });
}

/** Whether a path is what a match names. */
export function matchesPath({ kind, value, ignoresCase }: PathMatch, path: string): boolean {
  const [own, asked] = ignoresCase ? [value.toLowerCase(), path.toLowerCase()] : [value, path];
  switch (kind) {
    case 'exact': return asked === own;
    case 'prefix': return asked.startsWith(own);
    case 'segments': return asked === own || asked.startsWith(`${own}/`);
    case 'regex': return matchesRe2(value, path);
  }
}
