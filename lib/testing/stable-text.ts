import { dump } from 'js-yaml';
import { inOrder, isMap, type Resource } from '../manifests';

/** The hash that cdk8s appends to generated names, and digests of content. */
const GENERATED_NAME = /-c[0-9a-f]{7}(?=$|-)/g;
const DIGEST = /^(sha256:)?[0-9a-f]{16,}$/;

/**
 * Objects as YAML documents, in the order of their kinds, namespaces and names, with sorted fields and placeholders for
 * generated parts.
 */
export function stableText(resources: readonly Resource[]): string {
  const documents = resources.map(({ type, key, object }) => ({
    id: `${type} ${scrub(key)}`,
    text: dump(stable(object), { sortKeys: true, noRefs: true, lineWidth: -1 }),
  }));
  return documents
    .sort((a, b) => inOrder(a.id, b.id) || inOrder(a.text, b.text))
    .map(({ text }) => text)
    .join('---\n');
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(stable);
  }
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([name, each]) => [name, stable(each)]),
    );
  }
  return typeof value === 'string' ? scrub(value) : value;
}

function scrub(text: string): string {
  return DIGEST.test(text) ? '<digest>' : text.replace(GENERATED_NAME, '-<hash>');
}
