import type { Edge } from './edge';
import { type Front, FrontKind } from './front';
import { ValidationError } from './validation-error';

/** What renders the front of an edge, in messages. */
interface Renderer {
  readonly another: string;
  readonly remedy: string;
}

const CONSTRUCT: Renderer = { another: 'the construct is another', remedy: 'use the construct of its front' };
const DOCUMENT: Renderer = { another: 'the document is for another', remedy: 'render the front that it declares' };

/** The kinds of fronts that this package renders. */
export type RenderedFrontKind = Exclude<FrontKind, FrontKind.OTHER>;

/** How a front of each kind is declared, and what renders it. */
const RENDERERS: Readonly<Record<RenderedFrontKind, readonly [declaration: string, Renderer]>> = {
  [FrontKind.HTTP_API]: ['Front.httpApi({ addresses })', CONSTRUCT],
  [FrontKind.REST_API]: ['Front.restApi({ addresses })', CONSTRUCT],
  [FrontKind.WEBSOCKET_API]: ['Front.webSocketApi({ addresses })', CONSTRUCT],
  [FrontKind.GOOGLE_API_GATEWAY]: ['Front.googleApiGateway()', DOCUMENT],
  [FrontKind.AZURE_API_MANAGEMENT]: ['Front.azureApiManagement({ addresses })', DOCUMENT],
};

/**
 * The front of an edge. Throws if the declared one is not of the kind of the API: the gateway in the cluster would not
 * rely on the API alone.
 */
export function requireFront({ path, front }: Edge, kind: RenderedFrontKind): Front {
  if (front?.kind !== kind) {
    const [declaration, { another, remedy }] = RENDERERS[kind];
    throw new ValidationError({
      code: 'WrongFront',
      path,
      summary: front
        ? `The edge declares ${front.name} as its front, and ${another}.`
        : 'The edge declares no front, so its gateway can be reached without this API.',
      fix: `Declare \`front: ${declaration}\` on the edge, or ${remedy}.`,
    });
  }
  return front;
}

/** Throws if an API would have to forward requests with several hosts: its domain name and certificate are of one. */
export function requireOneHost(
  { path, hosts }: Edge,
  api: string,
  errorOf: (path: string, summary: string, fix: string) => ValidationError,
): void {
  if (hosts.length > 1 || hosts.some(host => host.startsWith('*'))) {
    throw errorOf(
      path,
      `The edge serves ${hosts.join(', ')}, and ${api} forwards requests of one host only.`,
      'Declare one host without a wildcard, and an edge with its own API for each other.',
    );
  }
}
