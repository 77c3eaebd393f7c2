import type { Field } from '../../manifests';
import { ESCAPED_SLASHES, normalizedPath, UNREADABLE_PATH } from '../clusters/normalization';
import type { Message } from '../messages/message';

/** The response to a path, before any filter. */
export interface PathResponse {
  readonly status: number;
  /** The path of a redirect. */
  readonly location?: string;
  readonly reason: string;
}

/**
 * A request with its normalized path: slashes in a row are one, and a path with escaped slashes is redirected to the one
 * with slashes, unless the ClientTrafficPolicy sets otherwise.
 * @param settings `spec.path` of the ClientTrafficPolicy; undefined without one
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#pathsettings
 */
export function normalizedBy(message: Message, settings?: Field): Message | PathResponse {
  const action = settings?.get('escapedSlashesAction').text ?? '';
  const hasEscapes = message.path.search(ESCAPED_SLASHES) >= 0;
  if (message.path.includes('%00')) {
    return { status: 400, reason: UNREADABLE_PATH };
  }
  if (hasEscapes && action === 'RejectRequest') {
    return { status: 400, reason: 'the path has an escaped slash' };
  }
  const merges = !settings?.get('disableMergeSlashes').isTrue;
  const path = normalizedPath(message.path, action !== 'KeepUnchanged', merges);
  return hasEscapes && action !== 'KeepUnchanged' && action !== 'UnescapeAndForward'
    ? {
        status: 307,
        location: `${path}${message.query === '' ? '' : `?${message.query}`}`,
        reason: 'the path has an escaped slash, which the gateway redirects to a slash',
      }
    : { ...message, path };
}
