import { type Aggregate, type Edge, type Operation, precedes, ValidationError } from '../topology';

/** The number of endpoints up to which KrakenD starts within a second. */
const MOST = 1000;

/** An endpoint of KrakenD: an aggregate, or a part of its paths. */
export interface KrakendEndpoint {
  /** The path, decoded, with parameters that are named by their position. */
  readonly path: string;
  readonly aggregate: Aggregate;
  /** The path of a part, with the parameters of the endpoint. */
  readonly pathOf: (part: Operation) => string;
}

interface Candidate {
  readonly aggregate: Aggregate;
  /** The decoded segments of its path; undefined for a parameter. */
  readonly segments: readonly (string | undefined)[];
}

/**
 * The endpoints of an edge. KrakenD's router requires one name for the parameters at one position, and once it has
 * matched a literal it does not find its way back to every parameter beside it. So parameters are named by their
 * position, and below each literal the endpoints of the parameters beside it are repeated with that literal.
 */
export function endpointsOf(edge: Edge): KrakendEndpoint[] {
  const endpoints: KrakendEndpoint[] = [];
  const expand = (candidates: readonly Candidate[], matched: readonly (string | undefined)[]): void => {
    const [first] = candidates
      .filter(({ segments }) => segments.length === matched.length)
      .sort(({ aggregate: { route: one } }, { aggregate: { route: other } }) =>
        precedes(one.operation, other.operation) ? -1 : 1,
      );
    if (first) {
      endpoints.push(endpointOf(first.aggregate, matched));
      assertFew(edge, endpoints.length);
    }
    const longer = candidates.filter(({ segments }) => segments.length > matched.length);
    new Set(longer.map(({ segments }) => segments[matched.length])).forEach(next => {
      expand(
        longer.filter(({ segments: { [matched.length]: own } }) => own === next || (own === undefined && next !== '')),
        [...matched, next],
      );
    });
  };
  expand(
    edge.aggregates.map(aggregate => ({
      aggregate,
      segments: aggregate.route.operation.path.segments.map(each =>
        isParameter(each) ? undefined : decodeURIComponent(each),
      ),
    })),
    [],
  );
  return endpoints;
}

function endpointOf(aggregate: Aggregate, matched: readonly (string | undefined)[]): KrakendEndpoint {
  const values = new Map(
    aggregate.route.operation.path.segments.map((segment, at) => [
      nameOf(segment),
      matched[at] === undefined ? parameterAt(at) : encodeURIComponent(matched[at]),
    ]),
  );
  return {
    path: matched.map((literal, at) => `/${literal ?? parameterAt(at)}`).join(''),
    aggregate,
    pathOf: ({ path }) =>
      path.segments.map(each => `/${isParameter(each) ? (values.get(nameOf(each)) ?? '') : each}`).join(''),
  };
}

function assertFew(edge: Edge, count: number): void {
  if (count > MOST) {
    throw new ValidationError({
      code: 'UnroutableAggregate',
      path: edge.path,
      summary: `The paths of its aggregates overlap so much that KrakenD needs more than ${MOST} endpoints for them.`,
      fix: 'Give aggregates paths that begin with different literal segments.',
    });
  }
}

function parameterAt(position: number): string {
  return `{p${position + 1}}`;
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function nameOf(parameter: string): string {
  return parameter.replace(/[{}+]/g, '');
}
