import type { Cluster } from '../../manifests';
import type { Message } from '../messages/message';

/**
 * A request with its normalized path; undefined for a path with a NUL character, to which a proxy responds with 400.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ProxyPathNormalization
 */
export function normalized(message: Message, cluster: Cluster): Message | undefined {
  const mode = cluster.mesh.get('pathNormalization', 'normalization')?.text ?? '';
  if (mode === 'NONE') {
    return message;
  }
  const decodes = mode === 'DECODE_AND_MERGE_SLASHES';
  return message.path.includes('%00')
    ? undefined
    : { ...message, path: normalizedPath(message.path, decodes, decodes || mode === 'MERGE_SLASHES') };
}

/**
 * A path without `.` and `..`, also where parameters follow them, with unreserved characters unescaped.
 * @param decodesSlashes whether escaped slashes are slashes
 * @param mergesSlashes whether several slashes in a row are one
 */
export function normalizedPath(path: string, decodesSlashes: boolean, mergesSlashes: boolean): string {
  const decoded = decodesSlashes ? path.replace(ESCAPED_SLASHES, '/') : path;
  const base = resolved(decoded.replaceAll('\\', '/'));
  return mergesSlashes ? base.replace(/\/{2,}/g, '/') : base;
}

/** Escapes of `/` and of `\`, which is a slash to a proxy. */
export const ESCAPED_SLASHES = /%2f|%5c/gi;

/** The reason of a response to a path that cannot be normalized. */
export const UNREADABLE_PATH = 'the path has a NUL character (%00)';

function resolved(path: string): string {
  const plain = path.replace(/(\/\.{1,2});[^/]*/g, '$1').replace(/%([0-9a-f]{2})/gi, (escape, code: string) => {
    const character = String.fromCharCode(parseInt(code, 16));
    return /[\w.~-]/.test(character) ? character : escape;
  });
  const parts: string[] = [];
  for (const part of plain.split('/').slice(1)) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '.') {
      parts.push(part);
    }
  }
  const isFolder = /\/\.{1,2}$/.test(plain);
  return `/${parts.join('/')}${isFolder && parts.length > 0 ? '/' : ''}`;
}
