import { ownValue, type Field } from '../../manifests';
import { Unsimulated } from '../messages/unsimulated';
import type { Outgoing } from './outgoing';
import type { Template } from './template';
import { partOf, type Sources, variableOf } from './values';

/** The result of the parameter mapping of an integration. */
export interface RestMapped {
  readonly outgoing: Outgoing;
  /** The values of the parameters in the URI of the integration. */
  readonly path: Readonly<Record<string, string>>;
  readonly steps: readonly string[];
}

const KEY = /^integration\.request\.(header|querystring|path)\.(.+)$/;
const TOKEN_HEADER = 'authorization';

/**
 * The parameters of an integration of a REST API: headers, query and path parameters, from parts of the request,
 * variables, or quoted texts. A missing source has no effect.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
export function mapRestRequest(start: Outgoing, parameters: Field, template: Template, sources: Sources): RestMapped {
  return parameters.entries.reduce<RestMapped>(
    (mapped, [key, field]) => {
      const [, kind, name = ''] = KEY.exec(key) ?? [];
      const expression = template.text(field);
      const value = valueOf(expression, sources);
      if (kind === undefined) {
        throw new Unsimulated(
          `The mapping "${key}" of ${parameters.resource.name} is not simulated.`,
          'Map headers, query parameters and path parameters.',
        );
      }
      if (value === undefined) {
        return mapped;
      }
      const { outgoing, path, steps } = mapped;
      if (kind === 'path') {
        return { ...mapped, path: { ...path, [name]: value.split('/').map(encodeURIComponent).join('/') } };
      }
      const step = `The ${kind === 'header' ? 'header' : 'query parameter'} ${name} is set to "${value}".`;
      if (kind === 'querystring') {
        return { ...mapped, outgoing: outgoing.withQuery(name, [value]), steps: [...steps, step] };
      }
      if (name.toLowerCase() === TOKEN_HEADER) {
        const isToken = /^method\.request\.header\.authorization$/i.test(expression);
        const { token } = sources.message;
        return {
          ...mapped,
          outgoing:
            isToken && token ? outgoing.with({ token }) : outgoing.with({ token: undefined }).withHeader(name, value),
          steps: [...steps, step],
        };
      }
      return { ...mapped, outgoing: outgoing.withHeader(name, value), steps: [...steps, step] };
    },
    { outgoing: start, path: {}, steps: [] },
  );
}

function valueOf(expression: string, sources: Sources): string | undefined {
  const text = /^'(.*)'$/s.exec(expression)?.[1];
  if (text !== undefined) {
    return text;
  }
  const [origin = '', ...rest] = expression.split('.');
  const name = rest.join('.');
  return origin === 'method'
    ? partOf(sources, name.replace(/^request\./, ''))
    : origin === 'stageVariables'
      ? ownValue(sources.variables, name)
      : origin === 'context'
        ? variableOf(sources, name)
        : undefined;
}
