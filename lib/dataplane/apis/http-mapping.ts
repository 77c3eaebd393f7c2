import { ownValue, type Field } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Outgoing } from './outgoing';
import { queryValues } from './paths';
import type { Template } from './template';
import { partOf, type Sources, variableOf } from './values';

/** The result of a parameter mapping. */
export interface Mapped {
  readonly outgoing: Outgoing;
  readonly steps: readonly string[];
}

const KEY = /^(append|overwrite|remove):(?:(header|querystring)\.(.+)|(path))$/;
const ORDER = ['remove', 'overwrite', 'append'];

/**
 * The parameters of an integration of an HTTP API, all of which read the original request. A header or query parameter
 * that is overwritten with a missing value is removed.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
 */
export function mapHttpRequest(outgoing: Outgoing, parameters: Field, template: Template, sources: Sources): Mapped {
  const mappings = parameters.entries.map(([key, field]) => {
    const [, action = '', kind, name = ''] = KEY.exec(key) ?? [];
    if (action === '') {
      throw new Unsimulated(
        `The mapping "${key}" of ${parameters.resource.name} is not simulated.`,
        'Map headers, query parameters and the path.',
      );
    }
    return {
      action,
      kind: kind ?? 'path',
      name,
      value: action === 'remove' ? undefined : valueOf(template.text(field), sources),
    };
  });
  const ordered = mappings.sort((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action));
  return ordered.reduce<Mapped>(
    ({ outgoing: before, steps }, { action, kind, name, value }) => {
      if (kind === 'path') {
        return { outgoing: before.withPath(value ?? '/'), steps: [...steps, `The path is set to ${value}.`] };
      }
      const isHeader = kind === 'header';
      const what = isHeader ? `The header ${name}` : `The query parameter ${name}`;
      const present = isHeader
        ? ownValue(before.message.headers, name.toLowerCase())
        : queryValues(before.message.query, name).join(',') || undefined;
      const next =
        action === 'append' && present !== undefined
          ? [present, value].filter(each => each !== undefined).join(',')
          : value;
      return {
        outgoing: isHeader ? before.withHeader(name, next) : before.withQuery(name, next === undefined ? [] : [next]),
        steps: [...steps, next === undefined ? `${what} is removed.` : `${what} is set to "${next}".`],
      };
    },
    { outgoing, steps: [] },
  );
}

/** A value: a variable, a text with variables in braces, or a literal text. */
function valueOf(text: string, sources: Sources): string | undefined {
  const whole = /^\$(?:\{(.+)\}|((?:request|context|stageVariables)\..+))$/.exec(text);
  const name = whole?.[1] ?? whole?.[2];
  return name !== undefined && !name.includes('${')
    ? variable(name, sources)
    : text.replace(
        /\$\{((?:request|context|stageVariables)\.[^}]+)\}/g,
        (_whole, each: string) => variable(each, sources) ?? '',
      );
}

function variable(name: string, sources: Sources): string | undefined {
  const [origin = '', ...rest] = name.split('.');
  const key = rest.join('.');
  return origin === 'request'
    ? partOf(sources, key)
    : origin === 'stageVariables'
      ? ownValue(sources.variables, key)
      : variableOf(sources, key);
}
