import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Traffic } from '../../lib/testing';
import { fieldsOf, functionIn, membersAt, textOf } from './go-source';
import { CALLERS, type CallerName, claimsOf, send, tokensIn, trafficWith } from './istio-apps';
import type { Known, Verdict } from './verdicts';

/** Istio's integration tests of AuthorizationPolicies, as far as they are tables of requests to one workload. */
export const AUTHORIZATION: Known = {
  floor: 330,
  differences: [],
  unanswerable: [{ tests: '/destination-ip-', reason: 'manifests do not have the addresses of Pods' }],
};

const TESTS = [
  'Principal',
  'ServiceAccount',
  'TrustDomain',
  'DenyPrincipal',
  'Namespace',
  'DenyNamespace',
  'NotNamespace',
  'NotMethod',
  'NotPort',
  'JWT',
  'PathPrecedence',
  'PathTemplating',
  'Conditions',
];

/** Each row of the tables, for each caller and port. */
export function runAuthorization(istio: string): Verdict[] {
  const folder = join(istio, 'tests/integration/security');
  const source = readFileSync(join(folder, 'authz_test.go'), 'utf8');
  const tokens = tokensIn(istio);
  return TESTS.flatMap(name => {
    const test = functionIn(source, `TestAuthz_${name}`);
    const files = [...test.matchAll(/config\.File\("([^"]*)"\)/g)].map(([, file = '']) => file);
    const traffic = trafficWith(folder, files, { allowed: 'ns1/a', denied: 'ns2/a' });
    const callers: CallerName[] = test.includes('apps.Ns2.A') ? ['ns1/a', 'ns2/a'] : ['ns1/a'];
    return callers.flatMap(from =>
      rowsOf(test).flatMap(row =>
        portsOf(row.ports ?? test.slice(test.lastIndexOf('newAuthzTest()'))).map(port =>
          verdictOn(`${name} ${from}`, from, port, row, isAllowed(row.allow ?? '', test, from), traffic, tokens),
        ),
      ),
    );
  });
}

type Row = Readonly<Record<string, string>>;

/** The rows of the table of a test; a test without one has a single request. */
function rowsOf(test: string): Row[] {
  const table = test.indexOf('cases := []struct');
  return table < 0
    ? [{ allow: 'allow' }]
    : membersAt(test, test.indexOf('{', test.indexOf('}{', table) + 1)).map(fieldsOf);
}

function portsOf(expression: string): string[] {
  return [...expression.matchAll(/ports\.([A-Z0-9]+)/g)].map(([, name = '']) => name.toLowerCase());
}

/** A value of the column `allow`: a constant, or a comparison of the caller with the one that is allowed or denied. */
function isAllowed(value: string, test: string, from: CallerName): boolean {
  if (value !== 'allow') {
    return value === 'true';
  }
  const [, property = '', operator = '', other = ''] =
    /allow := allowValue\(from(\S+) (==|!=) (allowed|denied)\.\S+\)/.exec(test) ?? [];
  const compared = other === 'allowed' ? 'ns1/a' : other === 'denied' ? 'ns2/a' : undefined;
  if (compared === undefined) {
    throw new Error('The suite compares callers in a way that is unknown.');
  }
  const part = (name: string) => (property.includes('Namespace.Name()') ? name.split('/')[0] : name);
  return (part(from) === part(compared)) === (operator === '==');
}

function verdictOn(
  name: string,
  from: CallerName,
  port: string,
  row: Row,
  allow: boolean,
  traffic: Traffic,
  tokens: ReadonlyMap<string, string>,
): Verdict {
  const [path, method] = [row.path, row.method].map(each => textOf(each ?? '', each => each));
  const headers = Object.fromEntries(
    [...(row.headers ?? '').matchAll(/With\("([^"]*)", "([^"]*)"\)/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const token = tokens.get((row.jwt ?? '').replace('jwt.', ''));
  const claims = token === undefined ? undefined : claimsOf(token);
  const test = `${name} ${port} ${row.prefix ?? ''}${method ?? ''}${path ?? ''} ${JSON.stringify(headers)}`;
  try {
    const sent = { address: CALLERS[from], headers, claims, ...(method ? { method } : {}) };
    const result = send(traffic, from, port, path || '/', sent);
    const right = allow
      ? result.isAllowed
      : result.isDenied && result.outcomes.every(each => each.status === (port === 'tcp' ? 0 : 403));
    return { test, right, note: `expected ${allow ? 'to be allowed' : 'to be denied'}: ${result.explain()}` };
  } catch (error) {
    return { test, right: false, unsimulated: (error as Error).message };
  }
}
