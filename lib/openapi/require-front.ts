import { type Edge, type FrontKind, ValidationError } from '../topology';

const FACTORIES: { readonly [kind: string]: string } = {
  'google-api-gateway': 'Front.googleApiGateway()',
  'azure-api-management': 'Front.azureApiManagement({ addresses })',
};

/** Throws if an API is not the declared front of its edge, and for what no API of a document serves. */
export function requireFront({ path, front, redirects, hosts }: Edge, kind: FrontKind): void {
  if (front?.kind !== kind) {
    throw new ValidationError({
      code: 'WrongFront',
      path,
      summary: front
        ? `The edge declares ${front.name} as its front, and the document is for another.`
        : 'The edge declares no front, so its gateway can be reached without this API.',
      fix: `Declare \`front: ${FACTORIES[kind] ?? kind}\` on the edge, or render the front that it declares.`,
    });
  }
  if (redirects.length > 0) {
    throw new ValidationError({
      code: 'LimitOfApi',
      path,
      summary: `The edge has redirects, and ${front.name} forwards all requests.`,
      fix: 'Declare them on an edge without a front.',
    });
  }
  if (hosts.length > 1 || hosts.some(host => host.startsWith('*'))) {
    throw new ValidationError({
      code: 'LimitOfApi',
      path,
      summary: `The edge serves ${hosts.join(', ')}, and ${front.name} forwards requests of one host only.`,
      fix: 'Declare one host without a wildcard, and an edge with its own API for each other.',
    });
  }
}
