import type { Reply } from '../app-protocol';
import { tlsSecret } from '../certificates';
import type { Lab } from '../lab';
import { Outside } from '../outside';
import { podsAreReady } from '../readiness';
import { checkManifests, Severity } from '../../lib/checks';
import { Cluster, type KubernetesObject, Resource } from '../../lib/manifests';
import { Manifests, type Outcome, type RequestResult, Traffic, Unsimulated } from '../../lib/testing';
import { until } from '../wait';
import type { Named } from './configurations';
import { differenceOf, isOutcome } from './differences';
import { drained } from './drained';
import { EXIT } from './egress';
import { hostHeader, Messenger } from './messenger';
import type { TrialRequest } from './requests';
import { CERTIFICATE, GATEWAY, PROVIDERS, REFUSING, RESIDENTS, TESTBED, testbedWithExit } from './testbed';

/** Behaviour of proxies that the simulator did not predict. */
export interface Disagreement {
  readonly request: TrialRequest;
  readonly problem: string;
  readonly simulated: string;
  readonly real: string;
}

/** How often a weighted choice had its expected result: the sums of observed counts, expected counts and variances. */
export interface Shares {
  seen: number;
  expected: number;
  variance: number;
  trials: number;
}

const PATHS: Readonly<Record<string, string>> = {
  VirtualService: 'networking.istio.io/v1/virtualservices',
  DestinationRule: 'networking.istio.io/v1/destinationrules',
  Gateway: 'networking.istio.io/v1/gateways',
  ServiceEntry: 'networking.istio.io/v1/serviceentries',
  WorkloadEntry: 'networking.istio.io/v1/workloadentries',
  Sidecar: 'networking.istio.io/v1/sidecars',
  AuthorizationPolicy: 'security.istio.io/v1/authorizationpolicies',
  PeerAuthentication: 'security.istio.io/v1/peerauthentications',
  RequestAuthentication: 'security.istio.io/v1/requestauthentications',
  HTTPRoute: 'gateway.networking.k8s.io/v1/httproutes',
  GRPCRoute: 'gateway.networking.k8s.io/v1/grpcroutes',
  ReferenceGrant: 'gateway.networking.k8s.io/v1/referencegrants',
  ListenerSet: 'gateway.networking.k8s.io/v1/listenersets',
  TLSRoute: 'gateway.networking.k8s.io/v1/tlsroutes',
};

/** Applies configurations in a lab, and compares the behaviour of proxies with the results of the simulator. */
export class Trials {
  readonly shares: Shares = { seen: 0, expected: 0, variance: 0, trials: 0 };
  /** Requests that the simulator does not support, or that cannot be sent here. */
  skipped = 0;
  compared = 0;
  private applied: readonly Named[] = [];

  /** Builds the town, and waits until all of it runs. */
  static async start(lab: Lab, objects = testbedWithExit(), messenger = new Messenger(lab)): Promise<Trials> {
    await Outside.of(lab);
    await lab.istiod.addExtensionProviders(PROVIDERS);
    await lab.installExperimentalHttpRoutes();
    lab.applyObjects('town', [...objects, tlsSecret(lab, 'north', CERTIFICATE.name, CERTIFICATE.host)]);
    for (const namespace of TESTBED) {
      await podsAreReady(lab, namespace, namespace === 'north' ? [GATEWAY] : []);
    }
    await Promise.all(lab.kubelet.pods('south', { app: 'judge' }).map(each => each.configureResponse({ status: 403 })));
    const mesh = await lab.plane.api.get<object>('/api/v1/namespaces/istio-system/configmaps/istio');
    return new Trials(lab, [mesh, ...objects], messenger);
  }

  private constructor(
    private readonly lab: Lab,
    private readonly objects: readonly object[],
    private readonly messenger: Messenger,
  ) {}

  /** Removes the town. */
  async end(): Promise<void> {
    await this.lab.removeNamespaces(TESTBED);
    this.lab.installGatewayApi();
  }

  /** Applies a configuration in place of the current one. Throws if the API server rejects an object. */
  async apply(configuration: readonly Named[]): Promise<void> {
    const { api } = this.lab.plane;
    await Promise.all(this.applied.map(each => api.delete(`${pathOf(each)}/${each.metadata.name}`)));
    this.applied = [];
    for (const each of [...configuration].sort(byAge)) {
      await api.post(`${pathOf(each)}?fieldValidation=Strict`, this.withKeys(each));
      this.applied = [...this.applied, each];
    }
    await this.lab.configSynced([...TESTBED, 'istio-system']);
    await drained(
      [
        ...RESIDENTS.flatMap(each =>
          this.lab.kubelet.pods(each.namespace, { app: each.service, version: each.version }),
        ),
        ...this.lab.kubelet.pods(EXIT.namespace, { app: EXIT.name }),
      ].filter(each => each.injected),
    );
  }

  /** Whether the checks find no object that Istio's webhook would deny. */
  isValid(configuration: readonly Named[]): boolean {
    const cluster = new Cluster(configuration.map(each => new Resource(this.withKeys(each))));
    return !checkManifests(cluster).findings.some(
      ({ severity, covers }) => severity === Severity.ERROR && covers.includes('IST0106'),
    );
  }

  simulate(configuration: readonly Named[]): Traffic {
    const objects = [...this.objects, ...configuration];
    return Traffic.of(Manifests.ofYaml(objects.map(each => JSON.stringify(each)).join('\n---\n')), {
      denyingAuthorizers: [REFUSING],
    });
  }

  /** Sends a request, and returns the differences between the proxies and the simulator. */
  async compare(traffic: Traffic, request: TrialRequest): Promise<Disagreement | undefined> {
    let result: RequestResult;
    try {
      result = this.ask(traffic, request);
    } catch (error) {
      if (error instanceof Unsimulated) {
        this.skipped++;
        return undefined;
      }
      throw error;
    }
    // Connections that are passed through need kube-proxy, which the lab does not have.
    if (result.explain().includes('PassthroughCluster') || this.isBeyondPlainEnvoy(request, result)) {
      this.skipped++;
      return undefined;
    }
    this.compared++;
    await this.takeSeen(result.mirrors);
    const replies = await this.messenger.send(request);
    const copied = await this.copies(
      result,
      replies.map(({ reply }) => reply),
    );
    for (const { reply, only } of replies) {
      const problem = copied ?? differenceOf(result, reply, request, only);
      if (problem) {
        return { request, problem, simulated: result.explain(), real: JSON.stringify(reply) };
      }
      if (only === undefined) {
        this.count(result, reply);
      }
    }
    return undefined;
  }

  /**
   * Upstream Envoy does not announce its protocol inside mutual TLS, so the callee treats a port without a declared
   * protocol as TCP: policies then see no requests.
   */
  private isBeyondPlainEnvoy({ from }: TrialRequest, { outcomes }: RequestResult): boolean {
    return (
      outcomes.some(each => each.port === 8081)
      && (from === undefined || RESIDENTS.some(each => each.name === from && each.isMeshed))
      && this.applied.some(each => ['AuthorizationPolicy', 'RequestAuthentication'].includes(each.kind))
    );
  }

  /** The number of requests that workloads received since the last call. */
  private async takeSeen(places: readonly string[]): Promise<number> {
    const pods = RESIDENTS.filter(each => places.includes(placeOf(each))).flatMap(each =>
      this.lab.kubelet.pods(each.namespace, { app: each.service, version: each.version }),
    );
    const seen = (await Promise.all(pods.map(each => each.takeSeen()))).flat();
    return seen.filter(each => each.method !== 'CONNECT').length;
  }

  /**
   * A mirrored request has no response; its callee reports it, under the same host: istiod omits Envoy's suffix
   * `-shadow`. A request that policies deny cannot be distinguished from one that was not sent.
   */
  private async copies({ mirrors, outcomes }: RequestResult, replies: readonly Reply[]): Promise<string | undefined> {
    const isFree = !this.applied.some(each =>
      ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication', 'DestinationRule'].includes(each.kind),
    );
    const arrived = replies.flatMap(({ from }) => from ?? []);
    if (mirrors.length === 0 || arrived.length === 0 || !isFree || !outcomes.every(each => each.destination !== '')) {
      return undefined;
    }
    const own = arrived.filter(({ service, version }) =>
      RESIDENTS.some(each => each.service === service && each.version === version && mirrors.includes(placeOf(each))),
    ).length;
    let seen = 0;
    const isCopied = async () => (seen += await this.takeSeen(mirrors)) > own;
    const came = await until('the copy arrives', isCopied, 5).catch(() => false);
    return came ? undefined : `was not copied to ${mirrors.join(', ')}`;
  }

  private ask(
    traffic: Traffic,
    { from, host, port, isSecure, method, path, query, headers, token }: TrialRequest,
  ): RequestResult {
    const text = `${method} ${isSecure ? 'https' : 'http'}://${host}:${port}${path}${query ? `?${query}` : ''}`;
    const address = this.messenger.addressOf(from);
    const props = {
      headers: { ...headers, host: hostHeader(host, port) },
      claims: token?.claims,
      badToken: token ? !token.isGood : undefined,
      ...(token?.place ? PLACES[token.place] : {}),
      address,
    };
    if (from === undefined) {
      return traffic.fromInternet(text, props);
    }
    return port === 82 ? traffic.from(from).tcp(`${host}:${port}`, { address }) : traffic.from(from).http(text, props);
  }

  private withKeys(object: Named): KubernetesObject {
    const keysOf = (issuer: string) => this.messenger.keysOf(issuer);
    return JSON.parse(
      JSON.stringify(object),
      function replace(this: { issuer?: string }, name: string, value: unknown) {
        return name === 'jwks' ? keysOf(this.issuer ?? '') : value;
      },
    ) as KubernetesObject;
  }

  /** Counts one of several outcomes over all trials, with those that look alike: the most probable. */
  private count({ outcomes }: RequestResult, reply: Reply): void {
    const [first] = outcomes;
    const share = outcomes
      .filter(each => first && looksOf(each) === looksOf(first))
      .reduce((sum, each) => sum + each.share, 0);
    if (first && share < 1 - 1e-9) {
      this.shares.trials++;
      this.shares.seen += isOutcome(first, reply) ? 1 : 0;
      this.shares.expected += share;
      this.shares.variance += share * (1 - share);
    }
  }
}

function looksOf({ destination, status }: Outcome): string {
  return destination === '' ? String(status) : destination;
}

/** The location of a request's token, for the simulator. */
const PLACES = {
  'x-token': { tokenHeader: 'x-token' },
  parameter: { tokenParameter: 'access_token' },
  cookie: { tokenCookie: 'session' },
} as const;

function pathOf({ apiVersion, kind, metadata }: Named): string {
  const path =
    kind === 'Gateway' && apiVersion.startsWith('gateway.')
      ? 'gateway.networking.k8s.io/v1/gateways'
      : (PATHS[kind] ?? '');
  const end = path.lastIndexOf('/');
  return `/apis/${path.slice(0, end)}/namespaces/${metadata.namespace}/${path.slice(end + 1)}`;
}

/** Objects are created in the order that applies to objects of the same age, since their ages may differ. */
function byAge(a: Named, b: Named): number {
  const key = ({ kind, metadata: { name, namespace } }: Named) =>
    kind === 'HTTPRoute' || kind === 'GRPCRoute' ? `${kind} ${namespace} ${name}` : `${kind} ${name} ${namespace}`;
  return key(a) < key(b) ? -1 : 1;
}

function placeOf({ namespace, name }: (typeof RESIDENTS)[number]): string {
  return `${namespace}/${name}`;
}
