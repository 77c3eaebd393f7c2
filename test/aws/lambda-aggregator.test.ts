import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { LambdaAggregator, type LambdaAggregatorProps } from '../../lib/aws';
import { LAMBDA_AGGREGATOR_CODE } from '../../lib/aws/lambda-aggregator-code';

interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

let server: Server;
let base: string;
let seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];

beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    seen.push({ url, headers });
    if (url === '/never') {
      return;
    }
    response.statusCode = url === '/broken' ? 500 : 200;
    response.end(url === '/text' ? 'Hello.' : JSON.stringify({ url }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The first request loads Node's client.
  await fetch(base);
});

beforeEach(() => {
  seen = [];
});

afterAll(() => {
  server.closeAllConnections();
  return new Promise(resolve => server.close(resolve));
});

async function answerOf(
  paths: Record<string, string>,
  event: object = {},
): Promise<{ body: unknown; headers: Record<string, string> }> {
  const parts = Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [
      name,
      { url: path.startsWith('http') ? path : base + path, millis: 1000 },
    ]),
  );
  const exports: { handler?: (event: object) => Promise<Answer> } = {};
  new Function('exports', 'process', LAMBDA_AGGREGATOR_CODE)(exports, { env: { PARTS: JSON.stringify(parts) } });
  const { statusCode, headers, body } = await (
    exports.handler
    ?? (() => {
      throw new Error('the code exports no handler');
    })
  )(event);
  expect(statusCode).toBe(200);
  return { body: JSON.parse(body), headers };
}

test('the response has a field for each part', async () => {
  const { body, headers } = await answerOf({ products: '/products', ads: '/ads' });

  expect(body).toEqual({ products: { url: '/products' }, ads: { url: '/ads' } });
  expect(headers['x-completed']).toBe('true');
});

test.each([
  ['fails', '/broken', 500],
  ['is late', '/never', 504],
  ['does not answer with JSON', '/text', 502],
  ['is not there', 'http://127.0.0.1:1/', 502],
])('a part that %s is left out, with its error', async (_what, path, status) => {
  const { body, headers } = await answerOf({ products: '/products', ads: path });

  expect(body).toEqual({ products: { url: '/products' }, error_ads: { http_status_code: status } });
  expect(headers['x-completed']).toBe('false');
});

test.each([
  ['a name with a dash', '/users/{user-id}', { 'user-id': 'ann' }, '/users/ann'],
  ['the rest of a path', '/files/{proxy+}', { proxy: 'a b/c' }, '/files/a%20b/c'],
  ['a segment with more', '/users/v{id}.json', { id: '1/2' }, '/users/v1%2F2.json'],
  ['a query', '/users?id={id}', { id: 'a&b=c' }, '/users?id=a%26b%3Dc'],
])('%s is filled in', async (_what, path, pathParameters, url) => {
  const { body } = await answerOf({ a: path, b: '/other' }, { pathParameters });

  expect(body).toMatchObject({ a: { url } });
});

test.each([
  ['..', '/users/{id}', { id: '..' }],
  ['a dot', '/users/{id}', { id: '.' }],
  ['a dot that becomes two', '/users/.{id}', { id: '.' }],
  ['.. in the rest of a path', '/users/{id+}', { id: 'a/../../admin' }],
  ['an empty value', '/users/{id}', { id: '' }],
  ['no value', '/users/{id}', {}],
  ['a name of all objects', '/users/{constructor}', {}],
])('%s is never part of an address', async (_what, path, pathParameters) => {
  const { body } = await answerOf({ a: path, b: '/other' }, { pathParameters });

  expect(body).toEqual({ error_a: { http_status_code: 400 }, b: { url: '/other' } });
  expect(seen.map(({ url }) => url)).toEqual(['/other']);
});

test.each([
  ['an HTTP API', { rawQueryString: 'page=2&tag=a&tag=b%20c&limit=99' }],
  ['a REST API', { multiValueQueryStringParameters: { page: ['2'], tag: ['a', 'b c'], limit: ['99'] } }],
  ['a test of a REST API', { queryStringParameters: { page: '2', limit: '99' } }],
])('the query of %s is added to that of the part, which it does not change', async (_what, event) => {
  await answerOf({ a: '/a?limit=10', b: '/b' }, event);

  const queries = seen.map(({ url }) => [...new URL(url, base).searchParams]);
  const tags =
    'queryStringParameters' in event
      ? []
      : [
          ['tag', 'a'],
          ['tag', 'b c'],
        ];
  expect(queries).toContainEqual([['limit', '10'], ['page', '2'], ...tags]);
  expect(queries).toContainEqual([['page', '2'], ...tags, ['limit', '99']]);
});

test('parameters of the path are put into addresses, and cannot leave their segment', async () => {
  const { body } = await answerOf({ a: '/users/{id}', b: '/other' }, { pathParameters: { id: '../admin?x=1' } });

  expect(body).toMatchObject({ a: { url: '/users/..%2Fadmin%3Fx%3D1' } });
});

test('the token and the trace are passed on, and nothing else', async () => {
  await answerOf(
    { a: '/a', b: '/b' },
    { headers: { Authorization: 'Bearer x', traceparent: '00-1', cookie: 'c=1', 'x-forwarded-for': '1.2.3.4' } },
  );

  expect(seen).toHaveLength(2);
  seen.forEach(({ headers }) => {
    expect(headers).toMatchObject({ authorization: 'Bearer x', traceparent: '00-1' });
    expect(headers.cookie).toBeUndefined();
    expect(headers['x-forwarded-for']).toBeUndefined();
  });
});

function build(props: Partial<LambdaAggregatorProps>): Template {
  const stack = new Stack(new App(), 'Test');
  const parts = {
    products: { url: 'http://products.internal/' },
    ads: { url: 'http://ads.internal/', timeout: Duration.millis(300) },
  };
  new LambdaAggregator(stack, 'Home', { vpc: new Vpc(stack, 'Vpc'), parts, timeout: Duration.millis(2500), ...props });
  return Template.fromStack(stack);
}

test('it is a function in the VPC that outlasts its parts', () => {
  const template = build({});

  template.hasResourceProperties('AWS::Lambda::Function', {
    VpcConfig: Match.anyValue(),
    Timeout: 4,
    Environment: {
      Variables: {
        PARTS:
          '{"products":{"url":"http://products.internal/","millis":2500},'
          + '"ads":{"url":"http://ads.internal/","millis":300}}',
      },
    },
  });
  expect(LAMBDA_AGGREGATOR_CODE.length).toBeLessThanOrEqual(4096);
});

test.each<[string, RegExp, Partial<LambdaAggregatorProps>]>([
  ['one part', /fewer than two/, { parts: { a: { url: 'http://a' } } }],
  [
    'a part with more time than the whole',
    /"a" has a longer timeout/,
    { parts: { a: { url: 'http://a', timeout: Duration.seconds(9) }, b: { url: 'http://b' } } },
  ],
  [
    'an address that is none',
    /"a.internal" of the part "a"/,
    { parts: { a: { url: 'a.internal' }, b: { url: 'http://b' } } },
  ],
  ...[
    'http://{tenant}.internal/',
    'http://a/{id',
    'http://a/id}',
    'http://a/../b',
    'http://a/#b',
    'http:///a',
    'http://a/{}',
  ].map((url): [string, RegExp, Partial<LambdaAggregatorProps>] => [
    `the address ${url}`,
    /not an HTTP URL/,
    { parts: { a: { url }, b: { url: 'http://b' } } },
  ]),
  [
    'a part named like the error of another',
    /"error_a" has the name of the field for the error of "a"/,
    { parts: { a: { url: 'http://a' }, error_a: { url: 'http://b' } } },
  ],
  ['more time than an API waits', /29000 ms/, { timeout: Duration.seconds(29) }],
])('%s throws', (_what, message, props) => {
  expect(() => build(props)).toThrow(message);
});
