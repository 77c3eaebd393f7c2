import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { millisOf } from '../../lib/manifests';
import { Manifests, type RequestResult, Traffic, Unsimulated } from '../../lib/testing';
import { deployment } from './deployment';
import type { Known, Verdict } from './verdicts';

/** Envoy Gateway's tests of its translation, as far as the end of a request can be read from their results. */
export const ENVOY_GATEWAY: Known = {
  floor: 323,
  differences: [
    { tests: 'header-filter', reason: 'the API server rejects header names and values that are none' },
    { tests: 'redirect-filter-invalid', reason: 'the API server rejects other schemes and statuses' },
    { tests: 'urlrewrite-filter', reason: 'the API server rejects incomplete and contradictory rewrites' },
    { tests: 'no-endpoints', reason: 'all Services have Pods here' },
    { tests: 'websocket-app-protocols', reason: 'plain text to a port of TLS fails, whatever the route is' },
    { tests: 'bandwidth-invalid-limit', reason: 'quantities of bandwidth are not compared' },
    { tests: 'jwt-local-jwks', reason: 'a ConfigMap that is not among the manifests is assumed to exist' },
  ],
  unanswerable: [
    {
      tests: 'mtls-cert-bundle-both-invalid',
      reason: 'results do not depend on the time, at which certificates expire',
    },
  ],
};

/** Asks for a request on each route of the results whether it ends there. */
export function runEnvoyGateway(): Verdict[] {
  const folder = join(moduleFolder(), 'internal/gatewayapi/testdata');
  return readdirSync(folder)
    .filter(each => SUBJECTS.test(each) && each.endsWith('.in.yaml'))
    .flatMap(each => {
      const name = each.replace('.in.yaml', '');
      const read = (file: string) => parse(readFileSync(join(folder, file), 'utf8')) as Lists;
      return verdictsOf(name, read(each), read(`${name}.out.yaml`));
    });
}

/** The folder of the module from which the lab's Envoy Gateway is built. */
function moduleFolder(): string {
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', 'github.com/envoyproxy/gateway'], {
    cwd: join(__dirname, '../go/envoy-gateway'),
    encoding: 'utf8',
  }).trim();
}

const SUBJECTS = /^(backendtrafficpolicy|clienttrafficpolicy|securitypolicy|httproute)/;

type Item = Readonly<Record<string, unknown>>;
type Lists = Readonly<Record<string, unknown>>;

/** A listener of the intermediate representation. */
interface Listener {
  readonly port?: number;
  readonly externalPort?: number;
  readonly tls?: unknown;
  readonly routes?: readonly IrRoute[];
}

interface IrRoute {
  readonly name: string;
  readonly hostname: string;
  readonly pathMatch?: { readonly exact?: string; readonly prefix?: string };
  readonly headerMatches?: readonly { readonly name: string; readonly exact?: string }[];
  readonly queryParamMatches?: readonly unknown[];
  readonly cookieMatches?: readonly unknown[];
  readonly isHTTP2?: boolean;
  readonly destination?: { readonly settings?: readonly IrSetting[] };
  readonly directResponse?: { readonly statusCode: number };
  readonly redirect?: { readonly statusCode?: number };
  readonly timeout?: string;
  readonly retry?: { readonly numRetries?: number };
  readonly security?: Item;
  readonly traffic?: {
    readonly timeout?: { readonly http?: { readonly requestTimeout?: string } };
    readonly retry?: { readonly numRetries?: number };
    readonly faultInjection?: {
      readonly abort?: { readonly percentage?: number; readonly httpStatus?: number };
      readonly delay?: { readonly percentage?: number };
    };
  };
}

interface IrSetting {
  readonly weight?: number;
  readonly invalid?: boolean;
  readonly endpoints?: readonly unknown[];
  readonly metadata?: { readonly kind: string; readonly name: string; readonly namespace: string };
}

function verdictsOf(test: string, input: Lists, output: Lists): Verdict[] {
  let traffic: Traffic;
  try {
    traffic = Traffic.of(
      Manifests.ofYaml(
        objectsOf(input)
          .map(each => JSON.stringify(each))
          .join('\n---\n'),
      ),
      { namespaceLabels: { '*': {} } },
    );
  } catch {
    // Objects that the API server does not accept.
    return [];
  }
  return Object.entries((output.xdsIR ?? {}) as Record<string, { http?: readonly Listener[] }>).flatMap(
    ([gateway, { http = [] }]) =>
      http.flatMap(listener =>
        (listener.routes ?? []).flatMap((route, index, routes) =>
          isAskable(route, routes.slice(0, index)) ? [verdictOf(test, gateway, listener, route, traffic)] : [],
        ),
      ),
  );
}

/** Whether a request for the route follows from its match alone, and its end from the route alone. */
function isAskable(
  { pathMatch, queryParamMatches, cookieMatches, headerMatches = [], security }: IrRoute,
  earlier: readonly IrRoute[],
): boolean {
  return (
    (pathMatch === undefined || pathMatch.exact !== undefined || pathMatch.prefix !== undefined)
    && !queryParamMatches
    && !cookieMatches
    && headerMatches.every(each => each.exact !== undefined)
    && Object.keys(security ?? {}).every(each => ['cors', 'jwt', 'basicAuth', 'apiKeyAuth'].includes(each))
    && earlier.every(
      each => JSON.stringify(each.pathMatch) !== JSON.stringify(pathMatch) || (each.headerMatches ?? []).length > 0,
    )
  );
}

function verdictOf(test: string, gateway: string, listener: Listener, route: IrRoute, traffic: Traffic): Verdict {
  const { pathMatch, hostname, headerMatches = [] } = route;
  const path = pathMatch?.exact ?? pathMatch?.prefix ?? '/';
  const method = headerMatches.find(each => each.name === ':method')?.exact ?? 'GET';
  const host = hostname.replace('*', hostname === '*' ? 'any.example' : 'any');
  const port = listener.externalPort ?? listener.port ?? 80;
  const request = `${method} ${listener.tls ? 'https' : 'http'}://${host}:${port}${path}`;
  const headers = Object.fromEntries(
    headerMatches.filter(each => !each.name.startsWith(':')).map(each => [each.name, each.exact ?? '']),
  );
  const expected = expectedEnd(route);
  const base = { test: `${test}/${route.name}`, asked: request };
  try {
    const answer = traffic.fromInternet(request, { gateway, headers: { ...headers, host }, clientCertificate: true });
    const actual = endOf(answer, expected);
    const note =
      JSON.stringify(actual) === JSON.stringify(expected) ? undefined : `expected ${JSON.stringify(expected)}`;
    return { ...base, right: note === undefined, note, answer: actual };
  } catch (error) {
    if (error instanceof Unsimulated) {
      return { ...base, right: false, unsimulated: error.message };
    }
    throw error;
  }
}

interface End {
  readonly statuses?: readonly number[];
  readonly destinations?: readonly string[];
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly delayedShare?: number;
}

/** The filters of a policy come before a response of the route. */
function expectedEnd({ security, directResponse, redirect, destination, timeout, retry, traffic }: IrRoute): End {
  const needs = ['jwt', 'basicAuth', 'apiKeyAuth'].some(
    each =>
      security?.[each]
      && (security[each] as Item).allowMissing !== true
      && (security[each] as Item).allowMissingOrFailed !== true,
  );
  const { abort, delay } = traffic?.faultInjection ?? {};
  const aborted = abort ? (abort.percentage ?? 100) / 100 : 0;
  const status = needs
    ? 401
    : directResponse
      ? directResponse.statusCode
      : redirect
        ? (redirect.statusCode ?? 302)
        : undefined;
  if (status !== undefined || aborted === 1) {
    const all = [
      ...(aborted > 0 ? [abort?.httpStatus ?? 200] : []),
      ...(aborted < 1 && status !== undefined ? [status] : []),
    ];
    return { statuses: [...new Set(all)].sort() };
  }
  const settings = (destination?.settings ?? []).filter(each => (each.weight ?? 1) > 0 && !each.invalid);
  const isPartly = destination?.settings?.some(each => each.invalid && (each.weight ?? 1) > 0) === true;
  const { requestTimeout } = traffic?.timeout?.http ?? {};
  return {
    statuses: [...(aborted > 0 ? [abort?.httpStatus ?? 200] : []), ...(isPartly ? [500] : [])],
    destinations: [
      ...new Set(settings.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`)),
    ].sort(),
    timeoutMs:
      timeout === undefined && requestTimeout === undefined
        ? 15_000
        : millisOf(timeout ?? requestTimeout ?? '') || undefined,
    retries: (retry ?? traffic?.retry) ? ((retry ?? traffic?.retry)?.numRetries ?? 2) : 0,
    delayedShare: delay ? (delay.percentage ?? 100) / 100 : 0,
  };
}

function endOf(answer: RequestResult, { destinations }: End): End {
  const { outcomes, timeout: timeoutMs, retries, delayedShare } = answer;
  const statuses = [...new Set(outcomes.filter(each => each.destination === '').map(each => each.status))].sort();
  const reached = [...new Set(outcomes.map(each => each.destination).filter(each => each !== ''))].sort();
  return destinations
    ? { statuses, destinations: reached, timeoutMs, retries, delayedShare }
    : reached.length > 0
      ? { statuses, destinations: reached }
      : { statuses };
}

/** The objects of a test with those that all tests have: Services, here with Pods behind them. */
function objectsOf(input: Lists): Item[] {
  const listed = Object.entries(input)
    .filter(([name]) => !['endpointSlices', 'services'].includes(name))
    .flatMap(([, value]) => (Array.isArray(value) ? (value as Item[]) : []));
  const services = [
    ...((input.services ?? []) as Item[]),
    ...['service-1', 'service-2', 'service-3', 'service-4', 'mirror-service'].map(name => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: {
        ports: [
          ['http', 8080],
          ['https', 8443],
          ['tcp', 8163],
        ].map(([portName, port]) => ({ name: portName, port, targetPort: port, protocol: 'TCP' })),
      },
    })),
  ];
  return [
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'envoy-gateway-class' },
      spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
    },
    ...listed.filter(each => each.kind !== undefined && each.apiVersion !== undefined),
    ...services.flatMap(withPods),
  ];
}

function withPods(service: Item): Item[] {
  const metadata = service.metadata as { name: string; namespace?: string };
  const labels = { service: metadata.name };
  const { name, namespace } = metadata;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      ...service,
      spec: { ...(service.spec as object), clusterIP: undefined, selector: labels },
    },
    deployment({ name, namespace }, labels),
  ];
}
