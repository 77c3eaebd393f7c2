import { ownValue } from '../../manifests';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { decoded, queryValues } from './paths';

/** The sources of values in mappings. */
export interface Sources {
  readonly message: Message;
  /** The path without base path and stage. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * A part of a request by its name, `header.x-shop`, `querystring.page`, `path.id` or `path`; undefined if it is
 * missing. The value of a token's own header is unknown: it is written as `Bearer …`.
 */
export function partOf({ message, path, parameters }: Sources, name: string): string | undefined {
  const [kind = '', ...rest] = name.split('.');
  const key = rest.join('.');
  switch (kind) {
    case 'header':
    case 'multivalueheader':
      return headerOf(message, key);
    case 'querystring':
    case 'multivaluequerystring': {
      const values = queryValues(message.query, key);
      return values.length > 0 ? values.join(',') : undefined;
    }
    case 'path':
      return key === '' ? path : decodedOrNone(ownValue(parameters, key));
    case 'body':
      throw new Unsimulated(
        'A mapping reads a value from the request body, which is not simulated.',
        'Use routes without such a mapping.',
      );
    default:
      return undefined;
  }
}

/**
 * A variable such as `stage` or `authorizer.claims.sub`. A value that is known only at run time stays as the name of
 * the variable; a missing claim is undefined.
 */
export function variableOf({ context }: Sources, name: string): string | undefined {
  return ownValue(context, name) ?? (name.startsWith('authorizer.') ? undefined : `$context.${name}`);
}

function decodedOrNone(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decoded(text);
}

function headerOf({ host, headers, token }: Message, name: string): string | undefined {
  const header = name.toLowerCase();
  return (
    ownValue(headers, header)
    ?? (header === 'host' ? host : header === 'authorization' && token ? 'Bearer …' : undefined)
  );
}
