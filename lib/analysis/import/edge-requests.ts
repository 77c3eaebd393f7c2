import { type Context, requestFromInternet, type SimulationResult, Unsimulated } from '../../dataplane';
import type { EdgeRoute } from './edge-routes';

/** The hosts of an edge, with its routes. */
export interface EdgeOfHosts {
  readonly hosts: readonly string[];
  readonly routes: readonly EdgeRoute[];
}

/**
 * Requests from outside with another result: those that each route of an edge matches, and those beside them by path,
 * method, header and scheme. Results that are not known are differences.
 */
export function requestDifferences(edges: readonly EdgeOfHosts[], before: Context, after: Context): readonly string[] {
  return edges.flatMap(edge =>
    requestsOf(edge).flatMap(request => {
      const [was, is] = [before, after].map(each => resultOf(request, each));
      return was === is && !was?.startsWith('unknown') ? [] : [`internet → ${titleOf(request)}: ${was} → ${is}`];
    }),
  );
}

type Request = Parameters<typeof requestFromInternet>[0];

function requestsOf({ hosts, routes }: EdgeOfHosts): Request[] {
  const places = routes.flatMap(({ operation, headers, query }) => {
    const [method = '', path = ''] = operation.split(' ');
    const stem = path.replace(/\/\*$/, '');
    const paths = [stem || '/', `${stem}/`, `${stem}/a/b`, `${stem}x`].filter(each => each.startsWith('/'));
    const methods = method === 'ANY' ? ['GET', 'POST'] : [method, method === 'GET' ? 'POST' : 'GET'];
    const conditions = [{ headers, query }, ...(Object.keys(headers).length + query.length > 0 ? [NONE] : [])];
    return paths.flatMap(each =>
      methods.flatMap(verb => conditions.map(own => ({ path: each, method: verb, ...own }))),
    );
  });
  const all = [...places, { path: '/-', method: 'GET', ...NONE }];
  const distinct = [...new Map(all.map(each => [JSON.stringify(each), each])).values()];
  return hosts.flatMap(host =>
    [80, 443].flatMap(port =>
      distinct.map(each => ({
        scheme: port === 80 ? 'http' : 'https',
        host: host.replace(/^\*/, 'a'),
        port,
        ...each,
      })),
    ),
  );
}

const NONE = { headers: {}, query: '' };

function titleOf({ scheme, host, path, query, method, headers }: Request): string {
  const conditions = Object.entries(headers).map(([header, value]) => ` with ${header}: ${value}`);
  return `${method} ${scheme}://${host}${path}${query === '' ? '' : `?${query}`}${conditions.join('')}`;
}

function resultOf(request: Request, context: Context): string {
  try {
    return describe(requestFromInternet(request, { hasCertificate: false }, context));
  } catch (error) {
    if (error instanceof Unsimulated) {
      return `unknown (${error.message})`;
    }
    throw error;
  }
}

function describe({ outcomes, timeoutMs, retries, fault, copies }: SimulationResult): string {
  const ends = outcomes.map(({ share, workload, outside, port, status, location, message }) =>
    workload
      ? `${share} ${workload.namespace}/${workload.name}:${port ?? 0} ${message?.method ?? ''} ${message?.path ?? ''}`
      : `${share} ${outside ?? ''} ${status ?? ''} ${location ?? ''}`,
  );
  const arrives = outcomes.some(each => each.workload);
  const terms = arrives
    ? [
        timeoutMs === undefined ? '' : `timeout ${timeoutMs} ms`,
        retries && retries.attempts > 0 ? `${retries.attempts} retries ${retries.perTryTimeoutMs ?? ''}` : '',
        fault ? JSON.stringify(fault) : '',
        ...copies.map(each => `${each.share} mirrored to ${each.workload?.name ?? each.outside ?? ''}`),
      ]
    : [];
  return [...ends.sort(), ...terms.filter(each => each !== '')].map(each => each.trim()).join(', ');
}
