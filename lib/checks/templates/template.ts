import { type Finding, Severity } from '../finding';
import type { TemplateCode } from './codes';

/** A CloudFormation template, as JSON. */
export interface CloudTemplate {
  readonly Resources?: { readonly [logicalId: string]: CloudResource };
}

/** A resource of a template. */
export interface CloudResource {
  readonly Type: string;
  // Templates may hold anything.
  readonly Properties?: { readonly [name: string]: unknown };
}

/** A resource with its logical id. */
export interface NamedResource {
  readonly id: string;
  readonly properties: { readonly [name: string]: unknown };
}

/** The resources of a type. */
export function resourcesOf({ Resources = {} }: CloudTemplate, type: string): NamedResource[] {
  return Object.entries(Resources).filter(([, { Type }]) => Type === type).map(([id, { Properties = {} }]) => ({ id, properties: Properties }));
}

/** The logical id that a reference names; the text itself if it is none. */
export function referenceIn(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) {
    const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
    return typeof Ref === 'string' ? Ref : Array.isArray(attribute) ? String(attribute[0]) : undefined;
  }
  return typeof value === 'string' ? value : undefined;
}

/** What is there under a name of a property that holds an object. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

export function finding(id: TemplateCode, path: string, message: string, remedy: string): Finding {
  return { id, severity: Severity.ERROR, path, message, remedy };
}

/** Resources of one API beyond what it may have. */
export function beyondQuota(id: TemplateCode, api: string, property: string, resources: readonly NamedResource[], what: string, most: number): Finding[] {
  const counts = new Map<string, number>();
  resources.forEach(({ properties }) => {
    const owner = referenceIn(properties[property]) ?? '';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  });
  return [...counts].filter(([, count]) => count > most).map(([owner, count]) =>
    finding(id, owner, `It has ${count} ${what}, and ${api} has at most ${most}.`, 'Split the API in two.'));
}

/** A value that is none of those allowed. */
export function outsideOf(id: TemplateCode, path: string, api: string, what: string, value: unknown, allowed: readonly string[]): Finding[] {
  return typeof value === 'string' && !allowed.includes(value)
    ? [finding(id, path, `The ${what} is "${value}", which ${api} does not know.`, `Use ${allowed.join(' or ')}.`)]
    : [];
}

/** A time limit outside of what AWS grants. */
export function outsideOfTime(id: TemplateCode, path: string, api: string, millis: unknown, least: number, most: number): Finding[] {
  return typeof millis === 'number' && (millis < least || millis > most)
    ? [finding(id, path, `It waits ${millis} ms, and ${api} waits from ${least} to ${most} ms.`, 'Answer sooner, or let clients ask for the result of what takes longer.')]
    : [];
}
