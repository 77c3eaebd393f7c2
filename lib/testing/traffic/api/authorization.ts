import { ownValue } from '../../../manifests';
import type { Message, Token } from '../message';
import type { Refusal } from './answer';
import { queryValues } from './paths';

/** What an authorizer makes of a request. */
export interface Authorization {
  readonly refusal?: Refusal;
  /** What it looked at, as a sentence. */
  readonly steps: readonly string[];
  /** What it hands on, as variables below `context.authorizer`. */
  readonly context: Readonly<Record<string, string>>;
  /** The API key that it gives the client. */
  readonly usageKey?: string;
}

/** No authorizer. */
export const OPEN: Authorization = { steps: ['No authorizer is asked.'], context: {} };

/** A refusal by an authorizer. */
export function refused(status: number, reason: string): Authorization {
  return { refusal: { status, reason }, steps: [], context: {} };
}

/** The header or query parameter that an identity source names, `$request.header.Authorization` or `method.request.querystring.key`. */
const SOURCE = /^(?:\$|method\.)request\.(header|querystring)\.(.+)$/;

/** Whether a source names what only the request of a client has or lacks. */
export function isPartOfRequest(source: string): boolean {
  return SOURCE.test(source);
}

/** Whether what an identity source names is there. What is no part of the request always is. */
export function hasSource(message: Message, source: string): boolean {
  const [, where, name = ''] = SOURCE.exec(source) ?? [];
  return where === undefined || (where === 'header' ? hasHeader(message, name) : queryValues(message.query, name).length > 0);
}

/** Whether a request has a header; that of a token is there with the token. */
export function hasHeader({ headers, token }: Message, name: string): boolean {
  const header = name.toLowerCase();
  return ownValue(headers, header) !== undefined || header === 'host' || (header === 'authorization' && token !== undefined);
}

/** The scopes of a token: words of a text, or a list. */
export function scopesOf({ claims }: Token): string[] {
  return [claims.scope, claims.scp].flatMap(wordsOf);
}

/** The texts that a claim has. */
export function textsOf(claim: unknown): string[] {
  return (Array.isArray(claim) ? claim : [claim]).filter((each: unknown) => typeof each === 'string');
}

/** A claim as a variable. */
export function claimText(claim: unknown): string {
  return Array.isArray(claim) ? `[${claim.map(claimText).join(' ')}]` : typeof claim === 'object' ? JSON.stringify(claim) : String(claim);
}

function wordsOf(claim: unknown): string[] {
  return typeof claim === 'string' ? claim.split(' ').filter(each => each !== '') : textsOf(claim);
}
