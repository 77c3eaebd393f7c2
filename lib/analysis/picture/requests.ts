import { resolve, Unsimulated } from '../../dataplane';
import { carriesRequests, type Cluster, Kind, portNumber, portsOf } from '../../manifests';
import { type RequestResult, Traffic, type TrafficFrom } from '../../testing';
import { PolicyScope } from '../diff/policies';
import { routeReport } from '../route';
import { callKey, type Picture, type PictureCall } from './model';

/** A request explained, for the page: its steps with the objects that decide. */
export interface TracedRequest {
  /** The number of its call in the picture. */
  readonly call: number;
  /** Whether it is about the manifests before the change. */
  readonly isBefore: boolean;
  readonly title: string;
  readonly arrives: boolean;
  readonly steps: readonly TracedStep[];
  readonly terms: readonly string[];
}

interface TracedStep {
  readonly text: string;
  /** The objects that decide, with file and line. */
  readonly objects: readonly { readonly title: string; readonly place: string }[];
}

/** More requests than this make a page slow. */
const MOST = 600;

/**
 * A request of each call, and of each route of it, as `route` explains them; up to 600.
 * @param drawn what numbers the calls: the picture itself, or one that has another too
 */
export function tracedRequests(
  picture: Picture,
  drawn: Picture,
  cluster: Cluster,
  isBefore: boolean,
): readonly TracedRequest[] {
  const traffic = Traffic.ofCluster(cluster);
  const operations = new Operations(picture, cluster);
  const numbers = new Map(drawn.calls.map((each, index) => [callKey(each), index]));
  const wanted = picture.calls.flatMap(call =>
    call.requests.map(text => ({ call, index: numbers.get(callKey(call)) ?? 0, text })),
  );
  const found = wanted.slice(0, MOST).flatMap(({ call, index, text }): TracedRequest[] => {
    const result = resultOf(call, text, traffic, operations, cluster);
    return result === undefined ? [] : [{ call: index, isBefore, ...result }];
  });
  return [...new Map(found.map(each => [`${each.call} ${each.title}`, each])).values()];
}

/** The first request that arrives: of one without a path, or of those that policies of the callee name; else the first. */
function resultOf(call: PictureCall, text: string, traffic: Traffic, operations: Operations, cluster: Cluster) {
  try {
    const first = sent(call, text, traffic, cluster);
    const others = first.isAllowed || call.isUnconditional ? [] : operations.of(call);
    const found = others.map(each => sent(call, each(text), traffic, cluster)).find(each => each.isAllowed);
    return explained(found ?? first, cluster);
  } catch (error) {
    if (error instanceof Unsimulated) {
      const step = { text: `Unsimulated: ${error.message}`, objects: [] };
      return { title: `${call.caller} → ${text}`, arrives: false, steps: [step], terms: [] };
    }
    if (error instanceof Error && error.name === 'Error') {
      // A host or route of which no single request can be named.
      return undefined;
    }
    throw error;
  }
}

/** Requests that AuthorizationPolicies name: without them a request of `GET /` mostly shows that it is denied. */
class Operations {
  private readonly workloads: ReadonlyMap<string, readonly string[]>;
  private readonly policies: PolicyScope;

  constructor(picture: Picture, cluster: Cluster) {
    this.workloads = new Map(picture.nodes.map(each => [each.id, each.versions.map(({ workload }) => workload)]));
    this.policies = new PolicyScope(cluster);
  }

  /** Each as the change of a text of {@link PictureCall.requests}. */
  of({ to }: PictureCall): ((text: string) => string)[] {
    const found = (this.workloads.get(to) ?? [])
      .flatMap(each => this.policies.of(each))
      .filter(each => each.type === Kind.AUTHORIZATION_POLICY)
      .flatMap(each => each.spec.get('rules').items)
      .flatMap(rule => rule.get('to').items)
      .map(each => each.get('operation'))
      .map(operation => {
        const [method = 'GET'] = operation.get('methods').texts;
        const [path = '/'] = operation.get('paths').texts;
        return `${method} ${path.replace(/\{\*\*?\}|\*/g, 'any')}`;
      });
    return [...new Set(found)].slice(0, 5).map(each => text => `${text.split(' ')[0] ?? ''} ${each}`);
  }
}

/** The explanation of a result as the page shows it. */
export function explained(result: RequestResult, cluster: Cluster): Omit<TracedRequest, 'call' | 'isBefore'> {
  const { title, arrives, steps, terms, outcomes } = routeReport(result, cluster);
  return {
    title,
    arrives,
    steps: [...steps, ...outcomes].map(({ text, deciders }) => ({
      text,
      objects: deciders.map(({ object, field, place }) => ({
        title: field === '' ? object : `${object} (${field})`,
        place: place ? `${place.file}:${place.line}` : '',
      })),
    })),
    terms,
  };
}

/** The request of a host with its port, or of a URL, and of the match of a route. */
function sent(call: PictureCall, text: string, traffic: Traffic, cluster: Cluster): RequestResult {
  const [host = '', ...match] = text.split(' ');
  const method = match.find(each => /^[A-Z]+$/.test(each)) ?? 'GET';
  const path = (match.find(each => each.startsWith('/')) ?? '/').replace(/\*$|\/…$/, '') || '/';
  if (call.caller === 'internet') {
    return traffic.fromInternet(`${method} ${host.replace('//*.', '//www.')}${path}`);
  }
  const caller = traffic.from(call.caller);
  return isForBytes(host, caller, cluster) || text.endsWith(' as TCP')
    ? caller.tcp(host)
    : caller.http(`${method} http://${host}${path}`);
}

function isForBytes(address: string, { namespace }: TrafficFrom, cluster: Cluster): boolean {
  const [host = '', port = ''] = address.split(':');
  const found = resolve(host, namespace, cluster);
  const named = found && portsOf(found).find(each => portNumber(each) === Number(port));
  return named !== undefined && carriesRequests(named) === false;
}
