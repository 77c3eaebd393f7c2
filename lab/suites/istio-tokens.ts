import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestProps, RequestResult } from '../../lib/testing';
import { fieldsOf, functionIn, membersAt, textOf } from './go-source';
import { claimsOf, send, tokensIn, trafficWith } from './istio-apps';
import type { Known, Verdict } from './verdicts';

/** Istio's integration tests of RequestAuthentications at a workload. */
export const TOKENS: Known = {
  floor: 24,
  differences: [],
  unanswerable: [
    { tests: 'timeout valid-token', reason: 'whether keys arrive in time is not in manifests' },
    { tests: 'invalid-jwks-valid-token', reason: 'whether a URL has keys is not in manifests' },
    { tests: '-token-set', reason: 'a request of the simulator has one token' },
  ],
};

/** Each case, with the requests and the expectations that its function sets. */
export function runTokens(istio: string): Verdict[] {
  const folder = join(istio, 'tests/integration/security');
  const test = functionIn(readFileSync(join(folder, 'jwt_test.go'), 'utf8'), 'TestRequestAuthentication');
  const tokens = tokensIn(istio);
  const payloads = new Map(
    [...test.matchAll(/(payload\d) := strings\.Split\(jwt\.(\w+), "\."\)\[1\]/g)].map(([, name = '', token = '']) => [
      name,
      tokens.get(token)?.split('.')[1] ?? '',
    ]),
  );
  const valueOf = (name: string) => tokens.get(name.replace('jwt.', '')) ?? payloads.get(name) ?? NAMES.get(name) ?? '';
  return [...test.matchAll(/newTest\("([^"]*)", \[\]testCase(?=\{)/g)].flatMap(match => {
    const traffic = trafficWith(folder, match[1] ? [match[1]] : [], {});
    return membersAt(test, match.index + match[0].length).map(each => {
      const { name = '', customizeCall: call = '' } = fieldsOf(each);
      const title = `${match[1]?.replace(/^.*\/|\.yaml.*$/g, '') ?? ''} ${name.replaceAll('"', '')}`;
      try {
        const { path, ...props } = requestOf(call, valueOf, tokens);
        return verdictOn(title, send(traffic, 'ns1/a', 'http', path, props), call, name =>
          name.startsWith('jwt.') ? TOKEN : valueOf(name),
        );
      } catch (error) {
        return { test: title, right: false, unsimulated: (error as Error).message };
      }
    });
  });
}

/** What stands for a token in headers of the simulator. */
const TOKEN = 'token';

/** Constants of the suite. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['headers.Authorization', 'authorization'],
  ['headers.AccessControlRequestMethod', 'access-control-request-method'],
  ['headers.Origin', 'origin'],
]);

const STATUSES: ReadonlyMap<string, number> = new Map([
  ['StatusUnauthorized', 401],
  ['StatusForbidden', 403],
]);

/** The request of a case: a token is a claim of the request, wherever it is. */
function requestOf(
  call: string,
  valueOf: (name: string) => string,
  tokens: ReadonlyMap<string, string>,
): RequestProps & { path: string; method?: string } {
  const [, written = ''] = /opts\.HTTP\.Path = (.*)/.exec(call) ?? [];
  const [path, query = ''] = textOf(written, valueOf).split('?');
  const [, method] = /opts\.HTTP\.Method = "(\w+)"/.exec(call) ?? [];
  const chain = call.slice(Math.max(0, call.lastIndexOf('headers.New()'))).split('Build()')[0] ?? '';
  const headers = [
    ...[...chain.matchAll(/With\(([^,]*), (.*)\)/g)].map(([, name = '', value = '']) => [
      textOf(name, valueOf).toLowerCase(),
      textOf(value, valueOf),
    ]),
    ...[...chain.matchAll(/WithAuthz\(([\w.]+)\)/g)].map(([, name = '']) => [
      'authorization',
      `Bearer ${valueOf(name)}`,
    ]),
  ] as [string, string][];
  const parameters = [...new URLSearchParams(query)];
  const isToken = (value: string) => [...tokens.values()].some(each => value.split(' ').at(-1) === each);
  const carriers = [
    ...headers.map(([name, value]) => ({ value, place: name === 'authorization' ? {} : { tokenHeader: name } })),
    ...parameters.map(([name, value]) => ({ value, place: { tokenParameter: name } })),
  ].filter(({ value }) => isToken(value));
  const [carrier, other] = carriers;
  if (other) {
    throw new Error('a request of the simulator has one token');
  }
  const token = carrier?.value.split(' ').at(-1) ?? '';
  return {
    path: `${path || '/'}${carrier || query === '' ? '' : `?${query}`}`,
    method,
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, isToken(value) ? value.replace(token, TOKEN) : value]),
    ),
    ...(carrier ? { ...carrier.place, claims: claimsOf(token), badToken: token === tokens.get('TokenExpired') } : {}),
  };
}

/** Compares the status, and the headers of the request that arrives. */
function verdictOn(test: string, result: RequestResult, call: string, valueOf: (name: string) => string): Verdict {
  const check = call.slice(call.indexOf('opts.Check'));
  const [, status] = /check\.Status\(http\.(\w+)\)/.exec(check) ?? [];
  const pairs = [
    ...[...check.matchAll(/^\s*([\w.]+|"[^"]*"):\s+(.*),$/gm)],
    ...[...check.matchAll(/check\.RequestHeader\(([^,]+), (.*?)\)/g)],
  ].map(([, name = '', value = '']) => [textOf(name, valueOf).toLowerCase(), textOf(value, valueOf)] as const);
  if (status === undefined && !check.includes('check.OK()')) {
    throw new Error(`The suite has an expectation of an unknown form: ${check}`);
  }
  const [outcome] = result.outcomes;
  const wrong = pairs.filter(([name, value]) => (outcome?.headers[name] ?? '') !== value);
  const right =
    status === undefined
      ? result.isAllowed && wrong.length === 0
      : result.isDenied && outcome?.status === STATUSES.get(status);
  return { test, right, note: `expected ${status ?? JSON.stringify(wrong)}: ${result.explain()}`, answer: outcome };
}
