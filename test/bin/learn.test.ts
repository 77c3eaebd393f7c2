import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinal } from '../support/command';
import { meshed, policy, server } from '../support/mesh-manifests';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
let files = 0;
const written = (content: unknown): string => {
  const file = join(folder, `${(files += 1)}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
const learned = (content: unknown, ...args: string[]) => cardinal('learn', written(content), ...args);

const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } }));

interface OtlpSpan {
  readonly service: string;
  readonly id: string;
  readonly parent?: string;
  readonly kind: number;
  readonly ms?: number;
  readonly values?: Readonly<Record<string, string>>;
}

const otlp = (spans: readonly OtlpSpan[]) => ({
  resourceSpans: spans.map(({ service, id, parent = '', kind, ms = 10, values = {} }) => ({
    resource: { attributes: attributes({ 'service.name': service, 'k8s.namespace.name': 'shop' }) },
    scopeSpans: [
      {
        spans: [
          {
            traceId: 'a'.repeat(32),
            spanId: id,
            parentSpanId: parent,
            kind,
            startTimeUnixNano: '1700000000000000000',
            endTimeUnixNano: String(1700000000000000000n + BigInt(ms * 1e6)),
            attributes: attributes(values),
          },
        ],
      },
    ],
  })),
});

const request = (index: number, path: string, method = 'GET', ms = 10): OtlpSpan[] => [
  { service: 'web', id: `c${index}`, kind: 3, ms, values: { 'http.request.method': method } },
  {
    service: 'pay',
    id: `s${index}`,
    parent: `c${index}`,
    kind: 2,
    ms: ms / 2,
    values: { 'http.request.method': method, 'url.path': path },
  },
];

test('a trace of OpenTelemetry is a call with its operations; identifiers are parameters', () => {
  const { status, stdout } = learned(
    otlp([...request(1, '/orders/17'), ...request(2, '/orders/18'), ...request(3, '/health')]),
  );

  expect(status).toBe(0);
  expect(stdout).toContain("allowedOperations: [Operation.http('GET /health'), Operation.http('GET /orders/{id}')],");
  expect(stdout).toContain('// shop/web → shop/pay: 3 requests, 0 errors, p50 10 ms, p99 10 ms');
});

test('the timeout is twice the 99.9th percentile of the caller, from 20 requests on', () => {
  const few = learned(otlp(Array.from({ length: 19 }, (_, index) => request(index, '/', 'GET', 300)).flat()));
  const many = learned(otlp(Array.from({ length: 20 }, (_, index) => request(index, '/', 'GET', 300)).flat()));

  expect(few.stdout).not.toContain('timeout');
  expect(many.stdout).toContain('timeout: Duration.millis(650),');
});

test('retries are suggested where all methods are safe', () => {
  expect(learned(otlp(request(1, '/'))).stdout).toContain('retries: { attempts: 2 }');
  expect(learned(otlp([...request(1, '/'), ...request(2, '/', 'POST')])).stdout).not.toContain('retries');
});

test('a gRPC method is allowed by its full name, without retries', () => {
  const { stdout } = learned(
    otlp([
      { service: 'web', id: 'c', kind: 3, values: { 'rpc.system': 'grpc' } },
      {
        service: 'pay',
        id: 's',
        parent: 'c',
        kind: 2,
        values: { 'rpc.system': 'grpc', 'rpc.service': 'shop.Pay', 'rpc.method': 'Charge' },
      },
    ]),
  );

  expect(stdout).toContain("web.calls(pay, { allowedOperations: pay.methods('shop.Pay/Charge') });");
});

test('a gRPC method is that of the path in spans of Envoy', () => {
  const values = {
    'http.method': 'POST',
    'http.url': 'http://pay.shop:50051/shop.Pay/Charge',
    'grpc.content_type': 'application/grpc',
  };
  const { stdout } = learned(
    otlp([
      { service: 'web.shop', id: 'c', kind: 3, values },
      { service: 'pay.shop', id: 's', parent: 'c', kind: 2, values },
    ]),
  );

  expect(stdout).toContain("web.calls(pay, { allowedOperations: pay.methods('shop.Pay/Charge') });");
});

test('several documents, one a line, are one export', () => {
  const lines = [request(1, '/a'), request(2, '/b')].map(each => JSON.stringify(otlp(each)));

  expect(learned(`${lines.join('\n')}\n`).stdout).toContain('2 requests');
});

test('internal spans between a client and a server of other services are passed', () => {
  const [client, server] = request(1, '/a');
  const { stdout } = learned(
    otlp([
      ...(client ? [client] : []),
      { service: 'web', id: 'i', parent: 'c1', kind: 1 },
      ...(server ? [{ ...server, parent: 'i' }] : []),
    ]),
  );

  expect(stdout).toContain('web.calls(pay,');
});

test('a client without a server span calls the host that it names', () => {
  const values = {
    'http.request.method': 'POST',
    'server.address': 'api.bank.example',
    'server.port': '443',
    'url.full': 'https://api.bank.example/v1/pay?key=1',
  };
  const { stdout } = learned(otlp([{ service: 'web', id: 'c', kind: 3, values }]));

  expect(stdout).toContain(
    "web.calls(apiBankExample, { port: 443, allowedOperations: [Operation.http('POST /v1/pay')] });",
  );
});

test.each([
  ['outbound|80||pay.shop.svc.cluster.local;', 'web.calls(pay,'],
  ['outbound|80|v1|pay.shop.svc.cluster.local', 'web.calls(pay,'],
  ['outbound|443||api.bank.example;', 'web.calls(apiBankExample,'],
  ['pay', 'web.calls(pay,'],
])('a client without a server span calls the Service of the cluster %s', (cluster, call) => {
  const values = { 'http.request.method': 'GET', 'url.path': '/', 'upstream_cluster.name': cluster };
  const { stdout } = learned(otlp([{ service: 'web', id: 'c', kind: 3, values }]));

  expect(stdout).toContain(call);
});

test('a trace of Jaeger is a call', () => {
  const tags = (kind: string, more: object[] = []) => [{ key: 'span.kind', value: kind }, ...more];
  const { stdout } = learned({
    data: [
      {
        traceID: 't',
        processes: { p1: { serviceName: 'web.shop' }, p2: { serviceName: 'pay.shop' } },
        spans: [
          { traceID: 't', spanID: '1', processID: 'p1', duration: 20000, references: [], tags: tags('client') },
          {
            traceID: 't',
            spanID: '2',
            processID: 'p2',
            duration: 10000,
            references: [{ refType: 'CHILD_OF', traceID: 't', spanID: '1' }],
            tags: tags('server', [
              { key: 'http.method', value: 'PUT' },
              { key: 'http.url', value: 'http://pay.shop:80/a/b?c=d' },
            ]),
          },
        ],
      },
    ],
  });

  expect(stdout).toContain('// shop/web → shop/pay: 1 request, 0 errors, p50 21 ms, p99 21 ms');
  expect(stdout).toContain("web.calls(pay, { allowedOperations: [Operation.http('PUT /a/b')] });");
});

const LINE =
  '[2026-11-26T10:00:00.000Z] "GET /items/4?x=1 HTTP/1.1" 200 - via_upstream - "-" 0 20 35 34 "-" "curl/8" '
  + '"5a1b2c3d-0000-4000-8000-000000000001" "pay" "10.0.0.7:8080" outbound|80||pay.shop.svc.cluster.local '
  + '10.0.0.6:40000 10.96.0.9:80 10.0.0.6:50000 - default';

test("a line of Istio's access log is a call of the pod that has written it", () => {
  const { stdout } = learned(`[pod/web-v1-7d5f8c9b6d-x2x4z/istio-proxy] ${LINE}\n`);

  expect(stdout).toContain('// web-v1 → shop/pay: 1 request, 0 errors, p50 35 ms, p99 35 ms');
  expect(stdout).toContain("allowedOperations: [Operation.http('GET /items/{id}')]");
});

test('a log without the prefix of a pod needs its caller, and lines of inbound requests are left out', () => {
  expect(learned(`${LINE}\n`)).toMatchObject({ status: 2 });
  expect(learned(`${LINE}\n`, '--caller', 'shop/web').stdout).toContain('web.calls(pay, {');
  expect(
    learned(LINE.replace('outbound|80||pay.shop.svc.cluster.local', 'inbound|8080||'), '--caller', 'a'),
  ).toMatchObject({
    status: 2,
  });
});

test('an access log in JSON is read line by line', () => {
  const entry = {
    method: 'POST',
    path: '/shop.Pay/Charge',
    protocol: 'HTTP/2',
    response_code: 200,
    duration: 4,
    upstream_cluster: 'outbound|50051|v1|pay.shop.svc.cluster.local',
  };
  const { stdout } = learned(`${JSON.stringify(entry)}\n${JSON.stringify(entry)}\n`, '--caller', 'shop/web');

  expect(stdout).toContain("web.calls(pay, { port: 50051, allowedOperations: pay.methods('shop.Pay/Charge') });");
});

const labels = {
  __name__: 'istio_requests_total',
  reporter: 'destination',
  source_workload: 'web-v1',
  source_workload_namespace: 'shop',
  destination_service: 'pay.shop.svc.cluster.local',
  destination_service_name: 'pay',
  destination_service_namespace: 'shop',
  request_protocol: 'http',
  response_code: '503',
};

test("a response of Prometheus's API is a call of all operations, since the metric has no paths", () => {
  const result = [
    { metric: labels, value: [1, '12'] },
    { metric: { ...labels, reporter: 'source' }, value: [1, '12'] },
    { metric: { ...labels, source_workload: 'unknown' }, value: [1, '5'] },
  ];
  const { stdout } = learned({ status: 'success', data: { resultType: 'vector', result } });

  expect(stdout).toContain('// shop/web-v1 → shop/pay: 12 requests, 12 errors');
  expect(stdout).toContain('// Requests without method or path: all operations are allowed.\nweb.calls(pay);');
});

test('metrics as text are the same', () => {
  const { __name__: name, ...others } = labels;
  const text = Object.entries(others).map(([key, value]) => `${key}="${value}"`);

  expect(learned(`# TYPE istio_requests_total counter\n${name}{${text.join(',')}} 7\n`).stdout).toContain('7 requests');
});

test('a graph of Kiali is its calls, past the Services between workloads', () => {
  const node = (id: string, nodeType: string, name: string) => ({
    data: { id, nodeType, namespace: 'shop', [nodeType === 'service' ? 'service' : 'workload']: name },
  });
  const edge = (source: string, target: string) => ({ data: { source, target, traffic: { protocol: 'http' } } });
  const { stdout } = learned({
    elements: {
      nodes: [node('1', 'workload', 'web-v1'), node('2', 'service', 'pay'), node('3', 'workload', 'pay-v1')],
      edges: [edge('1', '2'), edge('2', '3')],
    },
  });

  expect(stdout).toContain('web.calls(pay);');
  expect(stdout.match(/\.calls\(/g)).toHaveLength(1);
});

test('segments with more than ten values are parameters, and those with fewer stay', () => {
  const words = 'a b c d e f g h i j k'.split(' ');
  const { stdout } = learned(otlp(words.flatMap((word, index) => request(index, `/users/${word}/cart`))));

  expect(stdout).toContain("allowedOperations: [Operation.http('GET /users/{id}/cart')]");
  expect(learned(otlp(words.slice(1).flatMap((word, index) => request(index, `/x/${word}`)))).stdout).toContain(
    "GET /x/k'",
  );
});

test('paths that operations do not have are listed and not allowed', () => {
  const { stdout } = learned(otlp([...request(1, '/a b'), ...request(2, '/ok')]));

  expect(stdout).toContain('// Not allowed: GET /a b: a path that operations do not have.');
  expect(stdout).toContain("allowedOperations: [Operation.http('GET /ok')]");
});

test('texts of requests cannot end a comment or a line of the program', () => {
  const { stdout } = learned(
    otlp([...request(1, '/a\n*/ process.exit(1) //\u2028\u001b[31m'), ...request(2, "/'`${x}")]),
  );

  expect(stdout.split('\n').filter(each => each.includes('process.exit'))).toEqual([
    expect.stringMatching(/^\/\/ Not allowed: /),
  ]);
  expect(stdout).not.toMatch(/[\u001b\u2028]/);
});

test('calls that manifests do not permit are listed with 1, and those that were not observed as well', () => {
  const manifests = written(
    meshed('shop')
      + ['web', 'pay', 'old'].map(each => server('shop', each)).join('')
      + policy('shop', 'pay', '[{from: [{source: {principals: [cluster.local/ns/shop/sa/old]}}]}]')
      + policy('shop', 'web', '[]')
      + policy('shop', 'old', '[]'),
  );
  const { status, stderr } = learned(otlp(request(1, '/')), '--manifests', manifests);

  expect(status).toBe(1);
  expect(stderr).toContain('Not permitted by the manifests: shop/web → shop/pay');
  expect(stderr).not.toContain('Permitted, and not observed: shop/web → shop/pay');
});

test.each([
  ['a text', 'hello'],
  ['JSON of another kind', { a: 1 }],
  ['an empty list', []],
  ['JSON with null in it', { resourceSpans: [null, { scopeSpans: null }] }],
  ['a trace without callers', otlp([{ service: 'web', id: 'x', kind: 2 }])],
])('%s has no calls, with 2', (_, content) => {
  expect(learned(content)).toMatchObject({ status: 2, stdout: '' });
});
