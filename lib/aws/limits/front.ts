import { type Edge, FrontKind, ValidationError } from '../../topology';

const FACTORIES: { readonly [kind: string]: string } = {
  [FrontKind.HTTP_API]: 'Front.httpApi({ addresses })',
  [FrontKind.REST_API]: 'Front.restApi({ addresses })',
};

/** Throws if an API is not the declared front of its edge: the gateway in the cluster would not rely on it alone. */
export function requireFront({ path, front }: Edge, kind: FrontKind): void {
  if (front?.kind !== kind) {
    throw new ValidationError({
      code: 'WrongFront',
      path,
      summary: front
        ? `The edge declares ${front.name} as its front, and the construct is another.`
        : 'The edge declares no front, so its gateway can be reached without this API.',
      fix: `Declare \`front: ${FACTORIES[kind] ?? kind}\` on the edge, or use the construct of its front.`,
    });
  }
}
