import { spawnSync } from 'node:child_process';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type RequestResult, Manifests, Traffic } from '../../lib/testing';
import { hostOf, manifestsOf, MESHED, OUTSIDE, POD, PROXY, serviceOf } from './istio-simulation-manifests';
import type { Known, Verdict } from './verdicts';

const UNSENT = 'no proxy uses mutual TLS to a port that no Service has';

/** Istio's own tests of the configuration of gateways and sidecars, which simulate a proxy with it. */
export const SIMULATION: Known = {
  floor: 476,
  differences: [
    { tests: 'tls_on_plaintext_port', reason: 'an application does not read the TLS of the mesh, which arrives there' },
    { tests: 'mtls_tcp_to_', reason: 'an application does not read the TLS of the mesh, which arrives there' },
    { tests: 'mtls_http_to_', reason: 'an application does not read the TLS of the mesh, which arrives there' },
    { tests: 'sidecar_filter', reason: 'no name of the cluster begins with an asterisk, so that none resolves' },
    {
      tests: 'explicit_match_with_wildcard_sidecar',
      reason: 'the name of a Service that does not exist has no address',
    },
    { tests: '/unknown_port_80', reason: 'the name of a Service that does not exist has no address' },
    { tests: 'wildcard_and_explicit_unknown', reason: 'the host of a request begins with no asterisk' },
  ],
  unanswerable: [
    { tests: UNSENT, reason: 'its only clients would be proxies with configurations that istiod does not write' },
    { tests: 'TestGatewayServices', reason: 'only the memory of istiod has annotations that tie Gateways to Services' },
    { tests: 'TestTLSRouteTermination', reason: 'only the memory of istiod has VirtualServices of TLSRoutes' },
    { tests: 'answers bytes that are none', reason: 'a connection of the simulator has no bytes' },
    { tests: 'Mismatch_IP_and_SNI', reason: 'a request of the simulator has one name for its address and its SNI' },
    { tests: 'whether the client uses it', reason: 'a connection of the simulator has no bytes' },
    { tests: 'what certificate the client has', reason: 'callers in the cluster have no certificates of their own' },
  ],
};

/** What a test asks of a proxy, and what it expects. */
export interface Question {
  readonly test: string;
  /** Texts of YAML or JSON. */
  readonly objects: readonly string[];
  /** The part of the mesh's configuration that is not the default. */
  readonly mesh: Readonly<Record<string, unknown>>;
  readonly proxy: {
    readonly type: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>> | null;
    readonly addresses: readonly string[];
    readonly targets: readonly Target[];
  };
  readonly call?: Call;
  readonly want?: End;
  /** What the configuration of istiod gives, which is what the test expects, and more. */
  readonly got?: End;
  /** The name of a route configuration, the host, and its clusters, in place of a call. */
  readonly route?: string;
  readonly host?: string;
  readonly clusters?: readonly string[] | null;
}

/** A port of a Service of the proxy. */
interface Target {
  readonly host: string;
  readonly namespace: string;
  readonly port: number;
  readonly name: string;
  readonly protocol: string;
  readonly targetPort: number;
}

interface Call {
  readonly Address: string;
  readonly Port: number;
  readonly Path: string;
  readonly Protocol: string;
  readonly TLS: 'plaintext' | 'tls' | 'mtls';
  readonly HostHeader: string;
  readonly Sni: string;
  readonly CallMode: string;
  readonly Alpn: string;
}

interface End {
  readonly error: string;
  readonly virtualHost: string;
  readonly cluster: string;
}

/** Each expectation of the tests, from their own code. */
export function runSimulation(istio: string): Verdict[] {
  return questionsOf(istio).map(verdictOn);
}

function questionsOf(istio: string): Question[] {
  const setup = spawnSync(join(__dirname, 'istio/setup'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (setup.status !== 0) {
    throw new Error(`lab/suites/istio/setup failed with ${setup.status ?? String(setup.signal)}`);
  }
  const { stdout, stderr, error } = spawnSync(setup.stdout.trim(), ['-test.run', TESTS], {
    cwd: join(istio, 'pilot/pkg/networking/core'),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const questions = stdout
    .split('\n')
    .filter(each => each.startsWith(MARK))
    .map(each => JSON.parse(each.slice(MARK.length)) as Question);
  if (error || questions.length === 0) {
    throw error ?? new Error(`The tests did not run: ${stderr.slice(-2000)}${stdout.slice(-2000)}`);
  }
  return questions;
}

const MARK = 'QUESTION ';
const TESTS =
  '^(TestDisablePortTranslation|TestHTTPGateway|TestGatewayConflicts|TestIngress|TestTargetPort|TestGatewayServices'
  + '|TestTLSRouteTermination|TestPeerAuthentication.*|TestServiceEntry|TestServiceEntryDuplicatedHostname'
  + '|TestInboundClusters|TestInbound|TestHeadlessServices|TestExternalNameServices|TestPassthroughTraffic|TestLoop'
  + '|TestInboundSidecarTLSModes|TestSidecarRoutes)$';

function verdictOn(question: Question): Verdict {
  const base = { test: question.test, asked: { ...question, objects: undefined } };
  try {
    const manifests = manifestsOf(question).map(each => JSON.stringify(each));
    const result = send(Traffic.of(Manifests.ofYaml(manifests.join('\n---\n'))), question);
    const problem = question.call ? differenceOf(result, question) : differenceFromRoute(result, question);
    return { ...base, right: problem === undefined, note: `${problem ?? ''}: ${result.explain()}` };
  } catch (error) {
    return { ...base, right: false, unsimulated: (error as Error).message };
  }
}

function send(traffic: Traffic, question: Question): RequestResult {
  const { proxy, call } = question;
  if (call && proxy.type === 'router') {
    return sendToGateway(traffic, question, call);
  }
  const own = traffic.from(`${proxy.namespace}/${PROXY}`);
  if (!call) {
    return own.http(`GET http://${question.host ?? ''}:${question.route ?? ''}/`);
  }
  const isTcp = call.Protocol !== 'http' && call.Protocol !== 'http2';
  const scheme = call.TLS === 'tls' || call.Sni !== '' ? 'https' : 'http';
  if (call.CallMode === 'inbound') {
    const target = proxy.targets.find(each => each.targetPort === call.Port);
    if (!target && call.TLS === 'mtls') {
      throw new Error(UNSENT);
    }
    const host = target ? serviceOf(target.host, question) : `${POD}.${proxy.namespace}`;
    const from = traffic.from(call.TLS === 'mtls' ? MESHED : OUTSIDE);
    const address = `${host}:${target?.port ?? call.Port}`;
    return isTcp && scheme === 'http' ? from.tcp(address) : from.http(`GET ${scheme}://${address}/`);
  }
  // A name of the cluster without such a Service does not resolve; the tests use it for any host.
  const host = call.HostHeader === 'foo' ? 'foo.example' : call.HostHeader;
  // The simulator has names of Services in place of their addresses.
  const address = call.Address === '1.2.3.4' ? host || 'concrete.default' : call.Address;
  return isTcp && scheme === 'http'
    ? own.tcp(`${isIP(address) === 6 ? `[${address}]` : address}:${call.Port}`)
    : own.http(`GET ${scheme}://${host || call.Sni || call.Address}:${call.Port}${call.Path}`);
}

function sendToGateway(traffic: Traffic, { proxy }: Question, call: Call): RequestResult {
  const host = call.HostHeader || call.Sni || 'unknown.example';
  const port = proxy.targets.find(each => each.targetPort === call.Port)?.port ?? call.Port;
  const scheme = call.TLS === 'plaintext' ? 'http' : 'https';
  return traffic.fromInternet(`GET ${scheme}://${host.replace(/:\d+$/, '')}:${port}${call.Path}`, {
    headers: { host },
    serverName: call.Sni || undefined,
    clientCertificate: call.TLS === 'mtls',
  });
}

/** How a result differs from that of the configuration, which is the one that the test expects. */
function differenceOf(result: RequestResult, { got, proxy, call }: Question): string | undefined {
  const { error = '', cluster = '', virtualHost = '' } = got ?? {};
  const ends = (statuses: readonly number[]) =>
    result.outcomes.every(each => each.destination === '' && statuses.includes(each.status));
  const expected = `expected ${error || cluster || virtualHost}`;
  if (error !== '') {
    return ends([...(STATUSES.get(error) ?? []), ...(call?.TLS === 'mtls' ? [503] : [])]) ? undefined : expected;
  }
  if (cluster === 'BlackHoleCluster' || virtualHost === 'block_all') {
    return ends([0, 502]) ? undefined : expected;
  }
  if (cluster.startsWith('inbound|') || cluster === 'InboundPassthroughCluster') {
    return result.outcomes.every(each => each.destination === `${proxy.namespace}/${PROXY}`) ? undefined : expected;
  }
  if (cluster === 'PassthroughCluster' || cluster === 'AllowAnyDynamicDNSCluster') {
    return result.explain().includes('PassthroughCluster') ? undefined : expected;
  }
  return cluster === '' ? (ends([301, 302]) ? undefined : expected) : arrivesAt(cluster, result) ? undefined : expected;
}

function differenceFromRoute(result: RequestResult, { clusters }: Question): string | undefined {
  const isRouted = /routed by|default route/.test(result.explain());
  return (clusters ? clusters.every(each => arrivesAt(each, result)) : !isRouted)
    ? undefined
    : `expected ${String(clusters)}`;
}

/** Whether all requests arrive at the host and port of a cluster, or would if there were such a host. */
function arrivesAt(cluster: string, { outcomes }: RequestResult): boolean {
  const [, port, , host = ''] = cluster.split('|');
  const [service, namespace] = hostOf(host).split('.');
  return outcomes.every(each =>
    each.destination === ''
      ? each.reason.includes(`${host}:${port}`)
      : [host, `${namespace}/${service}`].includes(each.destination) && each.port === Number(port),
  );
}

/** The statuses of what Istio's simulation calls an error. */
const STATUSES: ReadonlyMap<string, readonly number[]> = new Map([
  ['no listener matched', [0]],
  ['no filter chains matched', [0]],
  ['no route matched', [404]],
  ['tls required, sending 301', [301]],
  ['no virtual host matched', [404]],
  ['multiple filter chains matched', [0]],
  ['protocol error', [0, 400]],
  ['invalid TLS', [0]],
  ['invalid mTLS', [0]],
]);
