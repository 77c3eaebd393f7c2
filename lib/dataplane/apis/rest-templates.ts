import { ownValue, type Field } from '../../manifests';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { decoded } from './paths';

const JSON_TYPE = 'application/json';
const OVERRIDE = 'requestOverride';
const SET_PATH =
  /^\s*#set\(\s*\$context\.requestOverride\.path\s*=\s*"([^"]*)"\s*\)\s*\$input\.(?:body|json\('\$'\))\s*$/;
const PARAMETER = String.raw`\$input\.params\(\)\.path\.get\('([^']+)'\)`;
/** The one expression that is understood: it makes segments of dots into text. */
const DOT_SEGMENTS = String.raw`(?<=^|/)[.]{1,2}(?=/|\z)`;
const REPLACEMENT = String.raw`\.(replace|replaceAll)\('([^']*)', ?'([^'$]*)'\)`;
const ENCODED = String.raw`\$util\.urlEncode\(${PARAMETER}\)((?:${REPLACEMENT})*)`;

/** The result of the mapping templates of an integration. */
export interface Templated {
  /** The path with which a template overrides the integration's. */
  readonly path?: string;
  /** No template matches the content type, and passthrough is disabled. */
  readonly isUnsupported: boolean;
  /** No template matches the content type, although templates exist. */
  readonly isPassed: boolean;
}

/**
 * The request templates of an integration. The content type selects one, by default `application/json`; without one the
 * body is passed through, unless the integration disables passthrough. Templates generate the body, which is not
 * simulated, and may override the path: as `"/a/$util.urlEncode($input.params().path.get('id'))"` only, with
 * replacements of texts and of segments of dots.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
 */
export function applyTemplates(
  message: Message,
  integration: Field,
  parameters: Readonly<Record<string, string>>,
): Templated {
  const templates = integration.get('RequestTemplates').entries;
  const type = contentTypeOf(message);
  const template = templates.find(([name]) => name.toLowerCase() === type)?.[1].text;
  const behavior = integration.get('PassthroughBehavior').text || 'WHEN_NO_MATCH';
  if (template === undefined) {
    const isUnsupported = behavior === 'NEVER' || (behavior === 'WHEN_NO_TEMPLATES' && templates.length > 0);
    return { isUnsupported, isPassed: templates.length > 0 };
  }
  return {
    path: template.includes(OVERRIDE) ? overriddenPath(template, integration, parameters) : undefined,
    isUnsupported: false,
    isPassed: false,
  };
}

/** The content type of a request, by default JSON. */
export function contentTypeOf({ headers }: Message): string {
  const [type = ''] = (headers['content-type'] ?? JSON_TYPE).split(';');
  return type.trim().toLowerCase();
}

function overriddenPath(template: string, { resource }: Field, parameters: Readonly<Record<string, string>>): string {
  const [, text = '$'] = SET_PATH.exec(template) ?? [];
  const valueOf = (name: string): string => decoded(ownValue(parameters, name) ?? '');
  const path = text
    .replace(new RegExp(ENCODED, 'g'), (_whole, name: string, replacements: string) =>
      replaced(urlEncode(valueOf(name)), replacements),
    )
    .replace(new RegExp(PARAMETER, 'g'), (_whole, name: string) => valueOf(name));
  if (/[$#]/.test(text.replace(new RegExp(`${ENCODED}|${PARAMETER}`, 'g'), '')) || hasUnknownExpression(text)) {
    throw new Unsimulated(
      `A template of ${resource.name} has an override that is not simulated.`,
      'Override only the path, with a text and path parameters.',
    );
  }
  return path;
}

/** Methods of Java's String: the argument of `replace` is a text, that of `replaceAll` an expression. */
function replaced(value: string, replacements: string): string {
  return [...replacements.matchAll(new RegExp(REPLACEMENT, 'g'))].reduce(
    (text, [, method, from = '', to = '']) =>
      method === 'replace' ? text.replaceAll(from, () => to) : text.replace(/(?<=^|\/)[.]{1,2}(?=\/|$)/g, () => to),
    value,
  );
}

function hasUnknownExpression(text: string): boolean {
  return [...text.matchAll(new RegExp(REPLACEMENT, 'g'))].some(
    ([, method, from]) => method === 'replaceAll' && from !== DOT_SEGMENTS,
  );
}

/** Form encoding: a space becomes a plus. */
function urlEncode(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length);
}
