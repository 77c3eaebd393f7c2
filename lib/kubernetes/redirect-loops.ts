import { type Edge, Operation, precedes, type Redirect, ValidationError } from '../topology';

/** Statuses with which clients repeat the method of the request; with others they send GET. */
const KEEP_METHOD = [307, 308];

/** Throws for a redirect to URLs that the redirect itself matches: clients would repeat it until they give up. */
export function rejectLoop(edge: Edge, { operation, path: where, to }: Redirect): void {
  const { path, pathPrefix, host, scheme = schemeOf(edge), port, statusCode = 302 } = to;
  if ((host !== undefined && !edge.hosts.includes(host)) || scheme !== schemeOf(edge) || port !== undefined) {
    return;
  }
  const replaced = path ?? (pathPrefix && `${pathPrefix === '/' ? '' : pathPrefix}/*`) ?? operation.path.text;
  const method = KEEP_METHOD.includes(statusCode) ? (operation.method ?? 'ANY') : 'GET';
  const target = Operation.parse(where, `${method} ${replaced}`);
  const isOthers = edge.rules.some(
    ({ operation: other }) => other !== operation && other.covers(target) && precedes(other, operation),
  );
  if (operation.covers(target) && !isOthers) {
    throw new ValidationError({
      code: 'Contradiction',
      path: where,
      summary: `The location, "${target.path.text}" of ${host ?? edge.host}, matches the redirect itself.`,
      fix: 'Redirect to a path of another route, or to another host or scheme.',
    });
  }
}

function schemeOf({ tlsSecret }: Edge): string {
  return tlsSecret === undefined ? 'http' : 'https';
}
