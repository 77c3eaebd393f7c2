import { type Edge, type RenderedFrontKind, requireFront, requireOneHost } from '../topology';
import { unsupported } from './operations';

/** Throws if an API is not the declared front of its edge, and for what no API of a document serves. */
export function requireFrontOfDocument(edge: Edge, kind: RenderedFrontKind): void {
  const { name } = requireFront(edge, kind);
  if (edge.redirects.length > 0) {
    throw unsupported(
      edge.path,
      `The edge has redirects, and ${name} forwards all requests.`,
      'Declare them on an edge without a front.',
    );
  }
  requireOneHost(edge, name, unsupported);
}
