import { ownValue, type Field } from '../../../manifests';
import type { Message } from '../message';
import { Unsimulated } from '../unsimulated';
import { decoded } from './paths';

const JSON_TYPE = 'application/json';
const OVERRIDE = 'requestOverride';
const SET_PATH = /^\s*#set\(\s*\$context\.requestOverride\.path\s*=\s*"([^"]*)"\s*\)\s*\$input\.(?:body|json\('\$'\))\s*$/;
const PARAMETER = String.raw`\$input\.params\(\)\.path\.get\('([^']+)'\)`;

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
 * The request templates of an integration. The content type selects one, by default `application/json`; without one the body is passed through, unless
 * the integration disables passthrough. Templates generate the body, which is not simulated, and may override the path: as `"/a/$util.urlEncode($input.params().path.get('id'))"` only.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
 */
export function applyTemplates({ headers }: Message, integration: Field, parameters: Readonly<Record<string, string>>): Templated {
  const templates = integration.get('RequestTemplates').entries;
  const [type = ''] = (headers['content-type'] ?? JSON_TYPE).split(';');
  const template = templates.find(([name]) => name.toLowerCase() === type.trim().toLowerCase())?.[1].text;
  const behavior = integration.get('PassthroughBehavior').text || 'WHEN_NO_MATCH';
  if (template === undefined) {
    const isUnsupported = behavior === 'NEVER' || (behavior === 'WHEN_NO_TEMPLATES' && templates.length > 0);
    return { isUnsupported, isPassed: templates.length > 0 };
  }
  return { path: template.includes(OVERRIDE) ? overriddenPath(template, integration, parameters) : undefined, isUnsupported: false, isPassed: false };
}

function overriddenPath(template: string, { resource }: Field, parameters: Readonly<Record<string, string>>): string {
  const [, text = '$'] = SET_PATH.exec(template) ?? [];
  const path = text
    .replace(new RegExp(String.raw`\$util\.urlEncode\(${PARAMETER}\)`, 'g'), (_whole, name: string) => urlEncode(decoded(ownValue(parameters, name) ?? '')))
    .replace(new RegExp(PARAMETER, 'g'), (_whole, name: string) => decoded(ownValue(parameters, name) ?? ''));
  if (/[$#]/.test(text.replace(new RegExp(String.raw`\$util\.urlEncode\(${PARAMETER}\)|${PARAMETER}`, 'g'), ''))) {
    throw new Unsimulated(`A template of ${resource.name} has an override that is not simulated.`, 'Override only the path, with a text and path parameters.');
  }
  return path;
}

/** Form encoding: a space becomes a plus. */
function urlEncode(value: string): string {
  return new URLSearchParams({ value }).toString().slice('value='.length);
}
