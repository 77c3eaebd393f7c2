import { type Edge, Operation, precedes, type Redirect, ValidationError } from '../topology';

/** Statuses with which clients repeat the method of the request; with others they send GET. */
const KEEP_METHOD = [307, 308];

/**
 * Throws for a redirect to URLs that lead back to it, by itself or by other redirects: clients would follow them until
 * they give up.
 */
export function rejectLoop(edge: Edge, redirect: Redirect): void {
  const passed: Redirect[] = [redirect];
  for (let next = nextOf(edge, redirect, redirect); next; next = nextOf(edge, next, redirect)) {
    if (next === redirect) {
      throw loopOf(edge, passed);
    }
    if (passed.includes(next)) {
      return;
    }
    passed.push(next);
  }
}

function loopOf(edge: Edge, [redirect, ...others]: readonly Redirect[]): ValidationError {
  const { path = '', to, operation } = redirect ?? {};
  const location = redirect && locationOf(edge, redirect);
  const names = others.map(each => `"${each.operation.toString()}"`).join(' and ');
  return new ValidationError({
    code: 'Contradiction',
    path,
    summary:
      `The location, "${location?.path.text}" of ${to?.host ?? edge.host}, `
      + (names === '' ? 'matches the redirect itself.' : `leads back to "${operation?.toString()}" by ${names}.`),
    fix: 'Redirect to a path of another route, or to another host or scheme.',
  });
}

/** The redirect that matches the location of another; one with conditions only if it is the first. */
function nextOf(edge: Edge, redirect: Redirect, first: Redirect): Redirect | undefined {
  const location = locationOf(edge, redirect);
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

/** The requests that clients send to the same edge for a redirect; undefined if they send them elsewhere. */
function locationOf(edge: Edge, { operation, path: where, to }: Redirect): Operation | undefined {
  const { path, pathPrefix, host, scheme, port, statusCode = 302 } = to;
  // With a certificate, the edge redirects from HTTP to HTTPS.
  const leaves = scheme === 'https' && edge.tlsSecret === undefined;
  if ((host !== undefined && !edge.hosts.includes(host)) || leaves || port !== undefined) {
    return undefined;
  }
  const replaced = path ?? (pathPrefix && `${pathPrefix === '/' ? '' : pathPrefix}/*`) ?? operation.path.text;
  const method = KEEP_METHOD.includes(statusCode) ? (operation.method ?? 'ANY') : 'GET';
  return Operation.parse(where, `${method} ${replaced}`);
}
