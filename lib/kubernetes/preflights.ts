import { type Cors, CORS_HEADERS, type Edge, Operation } from '../topology';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** What browsers ask before they send a request of another origin: OPTIONS of the same path. */
export function preflightsOf(edge: Edge): Operation[] {
  const paths = new Set(edge.routes.map(({ operation }) => operation.path.text));
  return [...paths].map(path => Operation.parse(edge.path, `OPTIONS ${path}`));
}

/** Which methods a page of another origin may use: those that routes have. */
export function methodsOf(edge: Edge): string[] {
  const methods = edge.routes.map(({ operation }) => operation.method);
  return METHODS.filter(method => methods.includes(undefined) || methods.includes(method));
}

/** The headers a page of another origin may send. */
export function headersOf({ headers }: Cors): string[] {
  return [...headers ?? CORS_HEADERS];
}
