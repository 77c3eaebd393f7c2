import { validateAggregatePath } from './aggregate-path';
import { type Declaring, requireDeclaring } from './declaring';
import { requireDuration } from './numbers';
import type { Duration } from 'cdk8s';
import { ValidationError } from './validation-error';
import { requireHeaderName, requireOrdinaryName } from './names';
import { Operation } from './operation';
import { type Port, Protocol } from './port';
import type { Route, RouteProps } from './route';
import { type Rules, validateAll } from './rules';
import type { Service } from './service';

/** Properties of an aggregate: those of its route, and what its parts receive of the request. */
export interface AggregateProps extends RouteProps {
  /**
   * The request headers that are forwarded to the parts.
   * @default - `authorization` and the trace context: `traceparent`, `tracestate`, `b3`, `x-request-id`
   */
  readonly headers?: string[];
  /**
   * The query parameters that are forwarded to each part.
   * @default - all
   */
  readonly queryParameters?: string[];
}

/** The source of one part of an aggregated response. */
export interface PartProps {
  /** The service that responds with the part; the aggregator gets a call to it. */
  readonly service: Service;
  /** The path of the GET request to it; parameters are those of the aggregate, e.g. `/products/{id}`. */
  readonly path: string;
  /**
   * The timeout of this part. Without a response by then, the others are sent without it.
   * @default - the timeout of the aggregate
   */
  readonly timeout?: Duration;
  /**
   * The number of the service's port.
   * @default - its first
   */
  readonly port?: number;
}

/** One part of an aggregated response. */
export interface Part {
  /** The field of the response that contains it. */
  readonly name: string;
  /** The service that responds with it. */
  readonly service: Service;
  /** The service's port, which carries HTTP. */
  readonly port: Port;
  /** The GET request for it. */
  readonly operation: Operation;
  /** Its timeout; undefined for that of the aggregate. */
  readonly timeout?: Duration;
}

/** The request headers that are forwarded to the parts by default: trace context, and the client's token. */
const PASSED_ON = ['authorization', 'b3', 'traceparent', 'tracestate', 'x-request-id'];

/** A response composed of the responses of several services: a JSON object with a field for each part. */
export class Aggregate {
  /** The parts, in the order of their declaration. */
  readonly parts: readonly Part[];
  /** The request headers that are forwarded to the parts. */
  readonly headers: readonly string[];
  /** The query parameters that are forwarded to the parts; undefined for all. */
  readonly queryParameters?: readonly string[];

  constructor(
    declaring: Declaring,
    /** The route of the edge to the aggregator. */
    readonly route: Route,
    parts: { readonly [name: string]: PartProps },
    props: Pick<AggregateProps, 'headers' | 'queryParameters'>,
    /** The routes to the same aggregator. */
    earlier: readonly Route[],
  ) {
    requireDeclaring(declaring, 'Aggregate', 'edge.aggregate(…)');
    const path = `${route.edge.path}/${route.operation.toString()}`;
    this.headers = props.headers ?? PASSED_ON;
    this.queryParameters = props.queryParameters;
    validateAll(RULES, path, { headers: props.headers, queryParameters: props.queryParameters });
    if (route.operation.method !== 'GET') {
      throw new ValidationError({
        code: 'InvalidOperation',
        path,
        summary:
          `${route.operation.method ?? 'ANY'} can modify data, and of several modifications only some may `
          + 'succeed.',
        fix: 'Aggregate with GET; route requests that modify data to one service.',
      });
    }
    rejectPrefix(path, route.operation);
    if (route.timeout.toMilliseconds() === 0) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: 'The aggregate has no timeout, by which the aggregator responds without parts that are late.',
        fix: 'Set `timeout` of the aggregate.',
      });
    }
    if (route.match) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'The aggregator responds by path alone, and the aggregate has conditions beside it.',
        fix: 'Leave out `match`.',
      });
    }
    if (route.rewrite?.path !== undefined) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: 'The aggregator responds to the path of the aggregate, which the rewrite would change.',
        fix: 'Leave out `rewrite.path`.',
      });
    }
    validateAggregatePath(path, route, earlier);
    requireFieldNames(path, Object.keys(parts));
    this.parts = Object.entries(parts).map(([name, props]) => partOf(path, route, name, props));
    if (this.parts.length < 2) {
      throw new ValidationError({
        code: 'NothingToAggregate',
        path,
        summary: `It has ${this.parts.length} parts.`,
        fix: 'Declare two or more, or use a route.',
      });
    }
  }
}

/** Each part has a field with its name, or `error_NAME` if it failed. */
function requireFieldNames(path: string, names: readonly string[]): void {
  names.forEach(name => requireOrdinaryName(path, name));
  const empty = names.find(name => name === '');
  const confused = names.find(name => names.includes(`error_${name}`));
  if (empty !== undefined || confused !== undefined) {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary:
        confused === undefined
          ? 'The name of a part is empty, so its response would have no field of its own.'
          : `The part "error_${confused}" has the name of the field for the error of "${confused}".`,
      fix: 'Use another name.',
    });
  }
}

/** The rule for each property besides those of its route. */
const RULES: Rules<Omit<AggregateProps, keyof RouteProps>> = {
  headers: (path, headers) => {
    headers?.forEach(name => {
      requireHeaderName(path, name);
    });
  },
  queryParameters: (path, names) => {
    names?.forEach(name => {
      requireQueryParameter(path, name);
    });
  },
};

/** The paths of KrakenD have parameters only. */
function rejectPrefix(where: string, { path }: Operation): void {
  if (path.isPrefix) {
    throw new ValidationError({
      code: 'InvalidPath',
      path: where,
      summary: `"${path.text}" is a prefix, and an aggregator responds to single paths.`,
      fix: 'Write the path with parameters.',
    });
  }
}

/** KrakenD reads `*` as all parameters, and an empty list as none. */
function requireQueryParameter(path: string, name: string): void {
  requireOrdinaryName(path, name);
  if (name === '' || name === '*') {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `"${name}" is not the name of a query parameter.`,
      fix: 'Name each parameter, or leave `queryParameters` out to forward all.',
    });
  }
}

function partOf(
  where: string,
  { operation: whole, timeout: ofWhole }: Route,
  name: string,
  { service, path, port: number, timeout }: PartProps,
): Part {
  const operation = Operation.parse(`${where}/${name}`, `GET ${path}`);
  rejectPrefix(`${where}/${name}`, operation);
  requireDuration(`${where}/${name}`, 'The timeout of the part', timeout);
  const port = number === undefined ? service.firstPort(where) : service.port(number, where);
  const unknown = operation.path.parameters.find(parameter => !whole.path.parameters.includes(parameter));
  if (unknown !== undefined) {
    throw new ValidationError({
      code: 'UnknownParameter',
      path: `${where}/${name}`,
      summary: `"${path}" has a parameter "${unknown}", which "${whole.path.text}" does not have.`,
      fix: `Use ${whole.path.parameters.join(', ') || 'none'}, or add it to the path of the aggregate.`,
    });
  }
  if (port.protocol !== Protocol.HTTP) {
    throw new ValidationError({
      code: 'NoRequests',
      path: `${where}/${name}`,
      summary:
        `Port ${port.number} of ${service.name} uses ${port.protocol}, and an aggregator requests JSON over `
        + 'HTTP/1.1.',
      fix: 'Use a port declared as http.',
    });
  }
  if (timeout && timeout.toMilliseconds() >= ofWhole.toMilliseconds()) {
    throw new ValidationError({
      code: 'PartOutlastsWhole',
      path: `${where}/${name}`,
      summary:
        `The timeout of the part is ${timeout.toMilliseconds()} ms and that of the aggregate `
        + `${ofWhole.toMilliseconds()} ms, `
        + 'which leaves no time to send the other parts.',
      fix: 'Lower the timeout of the part, or raise that of the aggregate.',
    });
  }
  return { name, service, port, operation, timeout };
}
