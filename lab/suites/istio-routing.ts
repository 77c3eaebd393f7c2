import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Manifests, type RequestResult, Traffic } from '../../lib/testing';
import { deployment } from './deployment';
import { fieldsOf, functionIn, membersAt } from './go-source';
import { rendered } from './go-template';
import { claimsOf, tokensIn, workloads } from './istio-apps';
import { problemsOf } from './istio-routing-checks';
import {
  CALLEE,
  type Fields,
  FQDN,
  NAMESPACE,
  PORTS,
  textOf,
  textsIn,
  valuesOf,
  variantsOf,
} from './istio-routing-values';
import type { Known, Verdict } from './verdicts';

/** Istio's integration tests of routes that all kinds of installations share, as far as they are literals. */
export const ROUTING: Known = {
  floor: 83,
  differences: [],
  unanswerable: [
    { tests: 'EnvoyFilter', reason: 'EnvoyFilters are not simulated' },
    { tests: 'accepts TLS is unknown', reason: 'whether an application accepts TLS is not in manifests' },
    { tests: 'duplicated mapping key', reason: 'the API server rejects a map with a key that it has already' },
    { tests: 'shifting-', reason: 'the shares are compared with those of real requests in claim 13' },
    { tests: 'check.GRPCStatus', reason: 'a result has no status of gRPC' },
  ],
};

const TESTS = ['virtualServiceCases', 'jwtClaimRoute', 'gatewayCases'];

/** Each request of each case. */
export function runRouting(istio: string): Verdict[] {
  const source = readFileSync(join(istio, 'tests/integration/pilot/common/routing.go'), 'utf8');
  const tokens = tokensIn(istio);
  return TESTS.flatMap(name => {
    const test = functionIn(source, name);
    const texts = textsIn(source, test);
    return [...test.matchAll(/t\.RunTraffic\(TrafficTestCase(?=\{)/g)].flatMap(match => {
      return variantsOf(fieldsOf(`{${membersAt(test, match.index + match[0].length).join(',')}}`)).flatMap(fields => {
        const title = `${name}/${(fields.name ?? '').replace(/^"|"$/g, '')}`;
        const children = fields.children === undefined ? [] : membersAt(fields.children, fields.children.indexOf('{'));
        const calls = children.length > 0 ? children.map(fieldsOf) : [{ name: '', opts: fields.opts ?? '' }];
        return calls.map(call =>
          verdictOn({
            test: `${title}/${(call.name ?? '').replaceAll('"', '')}`.replace(/\/$/, ''),
            case: fields,
            call: call.opts ?? '',
            texts,
            tokens,
          }),
        );
      });
    });
  });
}

interface Asked {
  readonly test: string;
  readonly case: Fields;
  /** The source of the options of the call. */
  readonly call: string;
  /** Texts and headers by the names of their variables. */
  readonly texts: ReadonlyMap<string, string>;
  readonly tokens: ReadonlyMap<string, string>;
}

function verdictOn(asked: Asked): Verdict {
  const { test } = asked;
  try {
    const config = rendered(textOf(asked.case.config ?? '', asked.texts), valuesOf(asked.case, asked.texts));
    const traffic = Traffic.of(Manifests.ofYaml([...world(), ...documents(config)].join('\n---\n')));
    const result = send(traffic, asked);
    const wrong = problemsOf(result, asked.call);
    return { test, right: wrong.length === 0, note: `${wrong.join(', ')}: ${result.explain()}` };
  } catch (error) {
    return { test, right: false, unsimulated: (error as Error).message };
  }
}

/** The workloads of the tests, and a gateway. */
function world(): string[] {
  const labels = { istio: 'ingressgateway' };
  const metadata = { name: 'istio-ingressgateway', namespace: 'istio-system', labels };
  const spec = { containers: [{ name: 'istio-proxy', image: 'auto' }] };
  return [
    ...workloads(),
    ...[
      deployment(metadata, labels, spec),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          type: 'LoadBalancer',
          selector: labels,
          ports: [80, 443].map(port => ({ name: `port-${port}`, port })),
        },
      },
    ].map(each => JSON.stringify(each)),
  ];
}

/** The documents of a configuration, in the namespace of the tests unless they have one. */
function documents(config: string): string[] {
  return config
    .split(/^---$/m)
    .filter(each => each.trim() !== '')
    .map(each =>
      each.replace(/^metadata:\n(?!(?: {2}.*\n)*? {2}namespace:)/m, `metadata:\n  namespace: ${NAMESPACE}\n`),
    );
}

function send(traffic: Traffic, asked: Asked): RequestResult {
  const { call, case: fields, tokens } = asked;
  const [, path = '/'] = /Path:\s*"([^"#]*)/.exec(call) ?? [];
  const [, method = 'GET'] = /Method:\s*"(\w+)"/.exec(call) ?? [];
  const [, port = 'http'] = /Port:\s*echo\.Port\{\s*Name:\s*"([\w-]+)"/.exec(call) ?? [];
  const isFollowing = /FollowRedirects:\s*true/.test(call);
  const headers = headersOf(asked);
  const [, token] = /^Bearer (.*)$/.exec(headers.authorization ?? '') ?? [];
  const props = {
    headers: token === undefined ? headers : { ...headers, authorization: 'Bearer token' },
    ...(token === undefined ? {} : { claims: claimsOf(token), badToken: token === tokens.get('TokenExpired') }),
  };
  const ask = (target: string): RequestResult => {
    if (fields.viaIngress === 'true') {
      const host = (headers.host ?? FQDN).replace(/:\d+$/, '');
      const scheme = /Protocol:\s*protocol\.HTTPS/.test(call) ? 'https' : 'http';
      return traffic.fromInternet(`${method} ${scheme}://${host}${target}`, props);
    }
    const from = traffic.from(`${NAMESPACE}/a`);
    const address = `${headers.host?.replace(/:\d+$/, '') ?? FQDN}:${PORTS.get(port) ?? port}`;
    return port === 'grpc'
      ? from.http(`POST http://${address}/proto.EchoTestService/Echo`, {
          headers: { 'content-type': 'application/grpc' },
        })
      : from.http(`${method} http://${address}${target}`, props);
  };
  const result = ask(path);
  const location = result.outcomes[0]?.location ?? '';
  return isFollowing && location !== '' ? ask(location.replace(/^https?:\/\/[^/]*/, '')) : result;
}

/** The headers of a call, by names in lower case. */
function headersOf({ call, case: { setupOpts = '' }, texts, tokens }: Asked): Record<string, string> {
  const [, variable = ''] = /Headers:\s*(headersWith\w+|headersNo\w+)/.exec(call) ?? [];
  const declared = [...(texts.get(variable) ?? '').matchAll(/"([^"]+)":\s*\{(.*)\}/g)].map(
    ([, name = '', value = '']) => [
      name,
      value.replace(/"|\s\+\s/g, '').replace(/jwt\.(\w+)/, (_all, token: string) => tokens.get(token) ?? ''),
    ],
  );
  const [, chain = ''] = /headers\.New\(\)([\s\S]*?)\.?\s*Build\(\)/.exec(call) ?? [];
  const [, own] = /HostHeader\("([^"]*)"\)|WithHost\("([^"]*)"\)/.exec(call)?.filter(each => each !== undefined) ?? [];
  const chained = [...chain.matchAll(/With\(([\w."-]+), "([^"]*)"\)/g)].map(([, name = '', value = '']) => [
    NAMES.get(name) ?? texts.get(name) ?? name.replaceAll('"', ''),
    value,
  ]);
  const host =
    setupOpts === 'setHostHeader'
      ? `${CALLEE}.foo.bar`
      : setupOpts === 'fqdnHostHeader' && own === undefined
        ? FQDN
        : own;
  return Object.fromEntries(
    [...declared, ...chained, ...(host === undefined ? [] : [['host', host]])].map(([name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  );
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['headers.Origin', 'origin'],
  ['headers.XForwardedProto', 'x-forwarded-proto'],
  ['headers.AccessControlRequestMethod', 'access-control-request-method'],
]);
