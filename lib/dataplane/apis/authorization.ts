import { ownValue } from '../../manifests';
import type { Message, Token } from '../messages/message';
import type { Refusal } from './answer';
import { queryValues } from './paths';

/** The result of an authorizer for a request. */
export interface Authorization {
  readonly refusal?: Refusal;
  /** Its decision, as a sentence. */
  readonly steps: readonly string[];
  /** Its output, as variables below `context.authorizer`. */
  readonly context: Readonly<Record<string, string>>;
  /** The usage plan key that it returns for the client. */
  readonly usageKey?: string;
}

/** No authorizer. */
export const OPEN: Authorization = { steps: ['No authorizer.'], context: {} };

/** A denial by an authorizer. */
export function refused(status: number, reason: string): Authorization {
  return { refusal: { status, reason }, steps: [], context: {} };
}

/**
 * The header or query parameter of an identity source, `$request.header.Authorization` or
 * `method.request.querystring.key`.
 */
const SOURCE = /^(?:\$|method\.)request\.(header|querystring)\.(.+)$/;

/** Whether a source is a part of the client's request. */
export function isPartOfRequest(source: string): boolean {
  return SOURCE.test(source);
}

/** Whether an identity source is present. Sources other than parts of the request always are. */
export function hasSource(message: Message, source: string): boolean {
  const [, where, name = ''] = SOURCE.exec(source) ?? [];
  return (
    where === undefined || (where === 'header' ? hasHeader(message, name) : queryValues(message.query, name).length > 0)
  );
}

/** Whether a request has a header; the header of a token exists with the token. */
export function hasHeader({ headers, token }: Message, name: string): boolean {
  const header = name.toLowerCase();
  return (
    ownValue(headers, header) !== undefined || header === 'host' || (header === 'authorization' && token !== undefined)
  );
}

/** The scopes of a token: a space-separated text, or a list. */
export function scopesOf({ claims }: Token): string[] {
  return [claims.scope, claims.scp].flatMap(wordsOf);
}

/** The values of a claim. */
export function textsOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((each: unknown) => typeof each === 'string');
}

/** A claim as a variable. */
export function claimText(claim: unknown): string {
  return Array.isArray(claim)
    ? `[${claim.map(claimText).join(' ')}]`
    : typeof claim === 'object'
      ? JSON.stringify(claim)
      : String(claim);
}

function wordsOf(claim: unknown): string[] {
  return typeof claim === 'string' ? claim.split(' ').filter(each => each !== '') : textsOf(claim);
}
