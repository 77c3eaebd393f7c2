import { type Cors, CORS_HEADERS, type Edge, Operation } from '../topology';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The preflight requests of browsers before cross-origin requests: OPTIONS with the same path. */
export function preflightsOf(edge: Edge): Operation[] {
  const paths = new Set(edge.routes.map(({ operation }) => operation.path.text));
  return [...paths].map(path => Operation.parse(edge.path, `OPTIONS ${path}`));
}

/** The methods that CORS allows: those of the routes. */
export function methodsOf(edge: Edge): string[] {
  const methods = edge.routes.map(({ operation }) => operation.method);
  return METHODS.filter(method => methods.includes(undefined) || methods.includes(method));
}

/** The request headers that CORS allows. */
export function headersOf({ headers }: Cors): string[] {
  return [...(headers ?? CORS_HEADERS)];
}
