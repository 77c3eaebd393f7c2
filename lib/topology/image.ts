import { ValidationError } from './validation-error';

/** @see https://github.com/distribution/reference/blob/main/reference.go */
const HOST = String.raw`(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\])(?::\d+)?`;
const PART = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*';
const IMAGE = new RegExp(
  String.raw`^(?:${HOST}/)?${PART}(?:/${PART})*(?::[\w][\w.-]{0,127})?(?:@[A-Za-z0-9+.-]+:[0-9a-fA-F]{32,})?$`,
);
const UNSET = ['undefined', 'null', 'NaN'];

/** Rejects what is not the name of a container image: no kubelet could pull it. */
export function requireImage(path: string, image: string): void {
  const reason = unsetIn(image);
  if (reason !== undefined || !IMAGE.test(image)) {
    throw new ValidationError({
      code: 'InvalidImage',
      path,
      summary: `${JSON.stringify(image)} is not the name of a container image${reason === undefined ? '' : `: ${reason}`}.`,
      fix:
        'Write [registry/]repository[:tag][@digest], e.g. "registry.example/cart:1.2.0"'
        + `${reason === undefined ? '' : ', and set the variable where the manifests are synthesized'}.`,
    });
  }
}

/** What is missing from an image whose name is composed of variables, such as the tag that a pipeline sets. */
function unsetIn(image: string): string | undefined {
  const unset = image.split(/[/:@]/).find(part => UNSET.includes(part));
  return unset !== undefined
    ? `"${unset}" is an unset variable`
    : image === ''
      ? 'it is empty'
      : image.includes('${')
        ? 'its variable is only replaced in a template literal, between backticks'
        : /\s/.test(image)
          ? 'it contains whitespace, such as the newline at the end of a file'
          : /[<>{}$%]/.test(image)
            ? 'it has a placeholder that nothing replaces'
            : /:(@|$)/.test(image)
              ? 'its tag is empty'
              : image.endsWith('@')
                ? 'its digest is empty'
                : /^\/|\/\/|\/(:|$)/.test(image)
                  ? 'a part of its path is empty'
                  : undefined;
}
