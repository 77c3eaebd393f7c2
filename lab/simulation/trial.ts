import type { Reply } from '../app-protocol';
import type { Lab } from '../lab';
import { Manifests, Traffic, type Answer, type Ending, Unsimulated } from '../../lib/testing';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';
import { knockOn } from '../knock';
import { HOST } from '../network';
import type { Pod } from '../pod';
import type { Named } from './configurations';
import type { TrialRequest } from './requests';
import { drained } from './drained';
import { GATEWAY, PORTS, REFUSING, type Resident, RESIDENTS, TOWN, townObjects } from './town';
import { ISSUERS } from './vocabulary';

/** What proxies did that the simulator says they would not. */
export interface Disagreement {
  readonly request: TrialRequest;
  readonly problem: string;
  readonly simulated: string;
  readonly real: string;
}

/** How often a choice of several was made as expected: the sum of what was seen, of what was expected, and of variances. */
export interface Shares {
  seen: number;
  expected: number;
  variance: number;
  trials: number;
}

const PATHS: Readonly<Record<string, string>> = {
  VirtualService: 'networking.istio.io/v1/virtualservices', DestinationRule: 'networking.istio.io/v1/destinationrules', Gateway: 'networking.istio.io/v1/gateways',
  ServiceEntry: 'networking.istio.io/v1/serviceentries', Sidecar: 'networking.istio.io/v1/sidecars', AuthorizationPolicy: 'security.istio.io/v1/authorizationpolicies',
  PeerAuthentication: 'security.istio.io/v1/peerauthentications', RequestAuthentication: 'security.istio.io/v1/requestauthentications', HTTPRoute: 'gateway.networking.k8s.io/v1/httproutes',
  GRPCRoute: 'gateway.networking.k8s.io/v1/grpcroutes', ReferenceGrant: 'gateway.networking.k8s.io/v1/referencegrants',
};

/** Tries configurations in a lab, and compares what proxies do with what the simulator says. */
export class Trials {
  readonly shares: Shares = { seen: 0, expected: 0, variance: 0, trials: 0 };
  /** Requests of which nothing could be said, or tried here. */
  skipped = 0;
  compared = 0;
  private readonly issuers = new Map(ISSUERS.map(each => [each as string, new TokenIssuer(each)]));
  private readonly strangers = new Map(ISSUERS.map(each => [each as string, new TokenIssuer(each)]));
  private applied: readonly Named[] = [];
  private mesh: object = {};

  constructor(private readonly lab: Lab) {}

  async start(): Promise<void> {
    this.mesh = await this.lab.plane.api.get('/api/v1/namespaces/istio-system/configmaps/istio');
  }

  /** Makes a configuration the one that is in force. Throws where the API server refuses an object. */
  async apply(configuration: readonly Named[]): Promise<void> {
    const { api } = this.lab.plane;
    await Promise.all(this.applied.map(each => api.delete(`${pathOf(each)}/${each.metadata.name}`)));
    this.applied = [];
    for (const each of [...configuration].sort(byAge)) {
      await api.post(pathOf(each), this.withKeys(each));
      this.applied = [...this.applied, each];
    }
    await this.lab.settled([...TOWN, 'istio-system']);
    await drained(RESIDENTS.filter(each => each.isMeshed).flatMap(each => this.lab.kubelet.pods(each.namespace, { app: each.service, version: each.version })));
  }

  simulate(configuration: readonly Named[]): Traffic {
    const objects = [this.mesh, ...townObjects(), ...configuration];
    return Traffic.of(Manifests.ofYaml(objects.map(each => JSON.stringify(each)).join('\n---\n')), { refusingAuthorizers: [REFUSING] });
  }

  /** Sends a request, and says where the proxies and the simulator differ. */
  async compare(traffic: Traffic, request: TrialRequest): Promise<Disagreement | undefined> {
    let answer: Answer;
    try {
      answer = this.ask(traffic, request);
    } catch (error) {
      if (error instanceof Unsimulated) {
        this.skipped++;
        return undefined;
      }
      throw error;
    }
    if (answer.explain().includes('as it is') || this.isBeyondPlainEnvoy(request, answer)) {
      this.skipped++;
      return undefined;
    }
    this.compared++;
    await this.takeSeen(answer.mirrors);
    const replies = await this.send(request);
    const copied = await this.copies(answer, replies.some(({ reply }) => reply.from));
    for (const { reply, only } of replies) {
      const problem = copied ?? differenceOf(answer, reply, request, only);
      if (problem) {
        return { request, problem, simulated: answer.explain(), real: JSON.stringify(reply) };
      }
      if (only === undefined) {
        this.count(answer, reply);
      }
    }
    return undefined;
  }

  /** Plain Envoy does not say which protocol it speaks inside mutual TLS, so that the callee takes for bytes what its port does not name: policies then see no requests. */
  private isBeyondPlainEnvoy({ from }: TrialRequest, { endings }: Answer): boolean {
    return endings.some(each => each.port === 8081) && (from === undefined || RESIDENTS.some(each => each.name === from && each.isMeshed))
      && this.applied.some(each => ['AuthorizationPolicy', 'RequestAuthentication'].includes(each.kind));
  }

  /** The requests that workloads have got since the last time. */
  private async takeSeen(places: readonly string[]): Promise<number> {
    const pods = RESIDENTS.filter(each => places.includes(`${each.namespace}/${each.name}`)).flatMap(each => this.lab.kubelet.pods(each.namespace, { app: each.service, version: each.version }));
    return (await Promise.all(pods.map(each => each.takeSeen()))).flat().filter(each => each.host.includes('-shadow')).length;
  }

  /** A copy has no answer; it is there when its callee has seen it. One that policies refuse is not told from one that never came. */
  private async copies({ mirrors, endings }: Answer, arrived: boolean): Promise<string | undefined> {
    const isFree = !this.applied.some(each => ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication', 'DestinationRule'].includes(each.kind));
    if (mirrors.length === 0 || !arrived || !isFree || !endings.every(each => each.place !== '')) {
      return undefined;
    }
    const came = await until('the copy arrives', async () => await this.takeSeen(mirrors) > 0, 5).catch(() => false);
    return came ? undefined : `was not copied to ${mirrors.join(', ')}`;
  }

  private ask(traffic: Traffic, { from, host, port, isSecure, method, path, query, headers, token }: TrialRequest): Answer {
    const text = `${method} ${isSecure ? 'https' : 'http'}://${host}:${port}${path}${query ? `?${query}` : ''}`;
    const address = from === undefined ? HOST : this.podOf(from).network.ip;
    const props = { headers: { ...headers, host: hostHeader(host, port) }, claims: token?.claims, badToken: token ? !token.isGood : undefined, tokenHeader: token?.header, address };
    if (from === undefined) {
      return traffic.fromInternet(text, props);
    }
    return port === 82 ? traffic.from(from).tcp(`${host}:${port}`) : traffic.from(from).http(text, props);
  }

  /** What comes of it; without a proxy in between, at each pod of the callee in turn, since nobody here balances. */
  private async send(request: TrialRequest): Promise<{ reply: Reply; only?: string }[]> {
    const { from, host, port, method, path, query } = request;
    const headers = { ...request.headers, ...this.tokenHeaders(request) };
    const target = `${path}${query ? `?${query}` : ''}`;
    if (from === undefined) {
      const [gateway] = this.lab.kubelet.pods('north', { 'gateway.networking.k8s.io/gateway-name': GATEWAY });
      const tls = request.isSecure ? { servername: host } : undefined;
      const reply = await knockOn({ address: gateway?.network.ip ?? '', port, method, path: target, headers: { host: hostHeader(host, port), ...headers }, tls }).catch(failed);
      return [{ reply: reply.status === 200 ? reply : { ...reply, from: undefined } }];
    }
    const resident = residentOf(from);
    const pod = this.podOf(from);
    const spec = { protocol: port === 82 ? 'tcp' : 'http', host: hostHeader(host, port), method, path: target, headers, grpc: false } as const;
    const [service = '', namespace = resident.namespace] = host.split('.');
    const callees = RESIDENTS.filter(each => each.service === service && each.namespace === namespace);
    if (resident.isMeshed) {
      const address = callees.length > 0 ? this.lab.kubelet.clusterIp(namespace, service) : OUTSIDE;
      return (await pod.send({ ...spec, address, port })).map(reply => ({ reply }));
    }
    const containerPort = PORTS.find(each => each.port === port)?.targetPort ?? port;
    const direct = callees.length > 0 ? callees.map(each => ({ only: each.name, address: this.lab.kubelet.pods(namespace, { app: each.service, version: each.version })[0]?.network.ip ?? '', port: containerPort })) : [{ only: undefined, address: OUTSIDE, port }];
    return (await Promise.all(direct.map(async ({ only, ...place }) => (await pod.send({ ...spec, ...place })).map(reply => ({ reply, only }))))).flat();
  }

  private podOf(name: string): Pod {
    const { namespace, service, version } = residentOf(name);
    const [pod] = this.lab.kubelet.pods(namespace, { app: service, version });
    if (!pod) {
      throw new Error(`${name} does not run`);
    }
    return pod;
  }

  private tokenHeaders({ token }: TrialRequest): Readonly<Record<string, string>> {
    if (!token) {
      return {};
    }
    const issuer = (token.isGood ? this.issuers : this.strangers).get(String(token.claims.iss));
    const { authorization } = issuer?.tokenOf(token.claims) ?? { authorization: '' };
    return token.header === undefined ? { authorization } : { [token.header]: authorization.replace('Bearer ', '') };
  }

  private withKeys(object: Named): object {
    const keys = (issuer: string) => this.issuers.get(issuer)?.jwks ?? '';
    return JSON.parse(JSON.stringify(object), function replace(this: { issuer?: string }, name: string, value: unknown) {
      return name === 'jwks' ? keys(this.issuer ?? '') : value;
    }) as object;
  }

  /** One of several endings, with all that look alike, is followed through all trials: the most probable. */
  private count({ endings }: Answer, reply: Reply): void {
    const [first] = endings;
    const share = endings.filter(each => first && looksOf(each) === looksOf(first)).reduce((sum, each) => sum + each.share, 0);
    if (first && share < 1 - 1e-9) {
      this.shares.trials++;
      this.shares.seen += isEnding(first, reply) ? 1 : 0;
      this.shares.expected += share;
      this.shares.variance += share * (1 - share);
    }
  }
}

function residentOf(name: string): Resident {
  const resident = RESIDENTS.find(each => each.name === name);
  if (!resident) {
    throw new Error(`nobody is called ${name}`);
  }
  return resident;
}

/** A connection that the other side did not take. */
function failed({ message }: Error): Reply {
  return { status: 0, ms: 0, text: message, headers: {} };
}

function looksOf({ place, status }: Ending): string {
  return place === '' ? String(status) : place;
}

/** A host outside the cluster, see outside.ts. */
const OUTSIDE = '10.99.0.9';

function pathOf({ apiVersion, kind, metadata }: Named): string {
  const path = kind === 'Gateway' && apiVersion.startsWith('gateway.') ? 'gateway.networking.k8s.io/v1/gateways' : PATHS[kind] ?? '';
  return `/apis/${path.slice(0, path.lastIndexOf('/'))}/namespaces/${metadata.namespace}/${path.slice(path.lastIndexOf('/') + 1)}`;
}

/** Objects are made in the order in which those of one age count, since they may turn out to be of two. */
function byAge(a: Named, b: Named): number {
  const key = ({ kind, metadata: { name, namespace } }: Named) => kind === 'HTTPRoute' || kind === 'GRPCRoute' ? `${kind} ${namespace} ${name}` : `${kind} ${name} ${namespace}`;
  return key(a) < key(b) ? -1 : 1;
}

function hostHeader(host: string, port: number): string {
  return port === 80 ? host : `${host}:${port}`;
}

/** How a reply differs from all endings that are possible; undefined if it is one of them. */
function differenceOf(answer: Answer, reply: Reply, request: TrialRequest, only: string | undefined): string | undefined {
  const possible = only === undefined ? answer.endings : answer.endings.filter(each => each.place === '' || each.place.endsWith(`/${only}`));
  const ending = possible.find(each => isEnding(each, reply));
  if (!ending) {
    return `came to ${reply.from ? `${reply.from.service}-${reply.from.version}` : reply.text === 'outside' ? 'the outside' : `status ${reply.status}`}`;
  }
  const late = answer.delayedShare === 1 && reply.ms < answer.delay ? `was not held back for ${answer.delay} ms` : undefined;
  return late ?? answerDifference(answer, reply) ?? (reply.from && request.port !== 82 ? receivedDifference(ending, reply.from) ?? termsDifference(answer, reply.from) : undefined);
}

function isEnding(ending: Ending, { status, from, text, headers }: Reply): boolean {
  if (ending.place === '') {
    return from === undefined && status === ending.status && (ending.location === '' || ending.location === headers.location);
  }
  return from ? ending.place.endsWith(`/${from.version === 'v1' && from.service !== 'api' ? from.service : `${from.service}-${from.version}`}`) : text === 'outside' && !ending.place.includes('/');
}

function answerDifference(answer: Answer, { from, headers }: Reply): string | undefined {
  const wrong = from && Object.entries(answer.responseHeaders).find(([name, value]) => headers[name] !== value);
  return wrong && `the answer has ${wrong[0]}: ${String(headers[wrong[0]])}`;
}

/** What the callee got: the host, the path, and the headers that somebody may have written. */
function receivedDifference(ending: Ending, from: NonNullable<Reply['from']>): string | undefined {
  const wrong = [...WATCHED, ...Object.keys(ending.headers)].find(name => !['authorization', 'x-token'].includes(name) && normal(ending.headers[name]) !== normal(from.headers[name]));
  const token = ['authorization', 'x-token'].find(name => (ending.headers[name] === undefined) !== (from.headers[name] === undefined));
  return from.path !== ending.path ? `arrived as ${from.path}, not as ${ending.path}`
    : String(from.headers.host ?? '') !== ending.host ? `arrived for ${String(from.headers.host)}, not for ${ending.host}`
      : wrong ? `arrived with ${wrong}: ${String(from.headers[wrong])}, not ${ending.headers[wrong]}`
        : token ? `arrived ${from.headers[token] === undefined ? 'without' : 'with'} ${token}` : undefined;
}

/** A proxy tells the callee how long it waits for this try. */
function termsDifference({ timeout, perTryTimeout }: Answer, { headers }: NonNullable<Reply['from']>): string | undefined {
  const limits = [timeout, perTryTimeout].filter(each => each !== undefined);
  const expected = limits.length > 0 ? String(Math.min(...limits)) : undefined;
  const told = headers['x-envoy-expected-rq-timeout-ms'];
  return expected === undefined || told === expected ? undefined : `has ${String(told)} ms, not ${expected}`;
}

const WATCHED = ['x-set', 'x-kind', 'x-gone', 'x-backend', 'x-sub'];

function normal(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replaceAll(', ', ',') : undefined;
}
