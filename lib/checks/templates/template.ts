import { type Finding, Severity } from '../finding';
import type { TemplateCode } from './codes';
import type { Quota } from './quotas';

/** A CloudFormation template, as JSON. */
export interface CloudTemplate {
  /**
   * The resources by logical ID.
   * @default - none
   */
  readonly Resources?: { readonly [logicalId: string]: CloudResource };
}

/** A resource of a template. */
export interface CloudResource {
  /** The resource type, such as `AWS::ApiGatewayV2::Api`. */
  readonly Type: string;
  /**
   * The properties by name; any JSON.
   * @default - none
   */
  readonly Properties?: { readonly [name: string]: unknown };
}

/** A resource with its logical id. */
export interface NamedResource {
  readonly id: string;
  readonly properties: { readonly [name: string]: unknown };
}

/** The resources of a type. */
export function resourcesOf({ Resources = {} }: CloudTemplate, type: string): NamedResource[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties = {} }]) => ({ id, properties: Properties }));
}

/** The logical ID that a reference points to; the text itself if it is not a reference. */
export function referenceIn(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) {
    const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
    return typeof Ref === 'string' ? Ref : Array.isArray(attribute) ? String(attribute[0]) : undefined;
  }
  return typeof value === 'string' ? value : undefined;
}

/** The value under a key of a property that is an object. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

export function finding(id: TemplateCode, path: string, message: string, fix: string): Finding {
  return { id, severity: Severity.ERROR, path, message, fix };
}

const RAISED = 'AWS raises this quota on request; pass the quotas of the account to `checkTemplate`.';

/** More resources of one API than its quota allows. */
export function beyondQuota(
  id: TemplateCode,
  api: string,
  property: string,
  resources: readonly NamedResource[],
  what: string,
  { isRaisable }: Quota,
  most: number,
): Finding[] {
  const counts = new Map<string, number>();
  resources.forEach(({ properties }) => {
    const owner = referenceIn(properties[property]) ?? '';
    counts.set(owner, (counts.get(owner) ?? 0) + 1);
  });
  return [...counts]
    .filter(([, count]) => count > most)
    .map(([owner, count]) =>
      finding(
        id,
        owner,
        `The API has ${count} ${what}, and the limit of ${api} is ${most}.`,
        isRaisable ? `Split the API in two. ${RAISED}` : 'Split the API in two.',
      ),
    );
}

/** A value that is not one of the allowed ones. */
export function outsideOf(
  id: TemplateCode,
  path: string,
  api: string,
  what: string,
  value: unknown,
  allowed: readonly string[],
): Finding[] {
  return typeof value === 'string' && !allowed.includes(value)
    ? [finding(id, path, `The ${what} is "${value}", which ${api} does not support.`, `Use ${allowed.join(' or ')}.`)]
    : [];
}

/** A timeout outside the range that AWS allows. */
export function outsideOfTime(
  id: TemplateCode,
  path: string,
  api: string,
  millis: unknown,
  least: number,
  { isRaisable }: Quota,
  most: number,
): Finding[] {
  return typeof millis === 'number' && (millis < least || millis > most)
    ? [
        finding(
          id,
          path,
          `The integration timeout is ${millis} ms, and ${api} allows ${least} to ${most} ms.`,
          `Respond sooner, or let clients poll for the results of longer operations.${isRaisable ? ` ${RAISED}` : ''}`,
        ),
      ]
    : [];
}
