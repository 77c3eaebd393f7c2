import { type Edge, Operation, precedes, type Redirect, ValidationError } from '../topology';

/** Statuses with which clients repeat the method of the request; with others they send GET. */
const KEEP_METHOD = [307, 308];

/**
 * Throws for a redirect to URLs that lead back to it, by itself or by other redirects: clients would follow them until
 * they give up. What arrives at it once may be redirected to a route; what arrives twice never is.
 */
export function rejectLoop(edge: Edge, redirect: Redirect): void {
  const passed: Redirect[] = [redirect];
  let location = locationOf(edge, redirect);
  for (let next = nextOf(edge, location, redirect); next; next = nextOf(edge, location, redirect)) {
    if (passed.filter(each => each === next).length === 2) {
      if (next === redirect) {
        throw loopOf(edge, passed.slice(0, passed.indexOf(redirect, 1)));
      }
      return;
    }
    passed.push(next);
    location = locationOf(edge, next, location);
  }
}

function loopOf(edge: Edge, [redirect, ...others]: readonly Redirect[]): ValidationError {
  const { path = '', to, operation } = redirect ?? {};
  const location = redirect && locationOf(edge, redirect);
  const names = others.map(each => `"${each.operation.toString()}"`).join(' and ');
  const isSecured = to?.scheme === 'http' && edge.tlsSecret !== undefined;
  return new ValidationError({
    code: 'Contradiction',
    path,
    summary:
      `The location, "${location?.path.text}" of ${to?.host ?? edge.host}, `
      + (isSecured ? 'is redirected to HTTPS by the edge, and then ' : '')
      + (names === '' ? 'matches the redirect itself.' : `leads back to "${operation?.toString()}" by ${names}.`),
    fix: isSecured
      ? 'Redirect to a path of another route, or to another host.'
      : 'Redirect to a path of another route, or to another host or scheme.',
  });
}

/** The redirect that matches a location; one with conditions only if it is the first. */
function nextOf(edge: Edge, location: Operation | undefined, first: Redirect): Redirect | undefined {
  return [first, ...edge.redirects].find(
    each => location && (each === first || !each.match) && isMatched(edge, each, location),
  );
}

function isMatched(edge: Edge, { operation }: Redirect, location: Operation): boolean {
  return (
    operation.covers(location)
    && !edge.rules.some(
      ({ operation: other }) => other !== operation && other.covers(location) && precedes(other, operation),
    )
  );
}

/**
 * The requests that clients send to the same edge for a redirect of some requests, by default of all that it matches;
 * undefined if they send them elsewhere.
 */
function locationOf(edge: Edge, { operation, path: where, to }: Redirect, from = operation): Operation | undefined {
  const { path, pathPrefix, host, scheme, port, statusCode = 302 } = to;
  // With a certificate, the edge redirects from HTTP to HTTPS.
  const leaves = scheme === 'https' && edge.tlsSecret === undefined;
  if ((host !== undefined && !edge.hosts.includes(host)) || leaves || port !== undefined) {
    return undefined;
  }
  const rest = from.path.text.slice(operation.path.stem?.text.length);
  const prefixed = pathPrefix === undefined ? from.path.text : `${pathPrefix === '/' ? '' : pathPrefix}${rest}` || '/';
  const method = KEEP_METHOD.includes(statusCode) ? (from.method ?? 'ANY') : 'GET';
  return Operation.parse(where, `${method} ${path ?? prefixed}`);
}
