import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cardinal } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
let files = 0;
const learned = (content: unknown, ...args: string[]) => {
  const file = join(folder, `${(files += 1)}.json`);
  writeFileSync(file, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return cardinal('learn', file, ...args);
};

const log = {
  method: 'GET',
  path: '/items',
  protocol: 'HTTP/1.1',
  response_code: 200,
  duration: 4,
  upstream_cluster: 'outbound|80||pay.shop.svc.cluster.local',
};
const LINE =
  '[2026-11-26T10:00:00.000Z] "GET /items HTTP/1.1" 200 - via_upstream - "-" 0 95 35 34 "-" "curl/8" '
  + '"5a1b2c3d-0000-4000-8000-000000000001" "pay" "10.0.0.7:8080" outbound|80||pay.shop.svc.cluster.local '
  + '10.0.0.6:40000 10.96.0.9:80 10.0.0.6:50000 - default';

test('a log with ends of lines of Windows and a byte order mark is read', () => {
  const { stdout } = learned(`\ufeff${LINE}\r\n${LINE}\r\n`, '--caller', 'shop/web');

  expect(stdout).toContain('shop/web → shop/pay: 2 requests');
});

test('a log with timestamps of kubectl is read', () => {
  const { stdout } = learned(
    `[pod/web-v1-7d5f8c9b6d-x2x4z/istio-proxy] 2026-11-26T10:00:00.000000000Z ${LINE}\n2026-11-26T10:00:01Z ${JSON.stringify(log)}\n`,
    '--caller',
    'shop/web',
  );

  expect(stdout).toContain('2 requests');
});

test('lines that are cut off are counted, and the others are read', () => {
  const text = JSON.stringify(log);
  const { status, stdout, stderr } = learned(`${text}\n${text.slice(0, 40)}`, '--caller', 'shop/web');

  expect(status).toBe(0);
  expect(stdout).toContain('1 request,');
  expect(stderr).toContain('1 line of JSON cannot be parsed, as where a file is cut off: requests are missing.');
});

test('a document that is cut off is an error that states it', () => {
  const { status, stderr } = learned(
    JSON.stringify({ data: [{ traceID: 'a' }] }, null, 1)
      .slice(0, 30)
      .replace('{\n', '{'),
  );

  expect(status).toBe(2);
  expect(stderr).toContain('It begins as JSON and cannot be parsed: it may be cut off. Export it again.');
});

test('a compressed file is an error with the way to read it', () => {
  const { status, stderr } = learned(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]));

  expect(status).toBe(2);
  expect(stderr).toContain('This is compressed. Decompress the file, e.g. with gunzip.');
});

test('an error of Prometheus is printed', () => {
  const { status, stderr } = learned({ status: 'error', errorType: 'bad_data', error: 'parse error: unexpected end' });

  expect(status).toBe(2);
  expect(stderr).toContain('It is an error of Prometheus and no result: parse error: unexpected end');
});

const span = (service: string, id: string, kind: number, parent?: string) => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [
    {
      spans: [
        {
          traceId: 'a',
          spanId: id,
          parentSpanId: parent,
          kind,
          startTimeUnixNano: '5000000',
          endTimeUnixNano: '4000000',
          attributes: [
            { key: 'http.request.method', value: { stringValue: 'GET' } },
            { key: 'url.path', value: { stringValue: '/items' } },
          ],
        },
      ],
    },
  ],
});
const trace = [span('web.shop', 'c', 3), span('pay.shop', 's', 2, 'c')];

test.each([
  ['batches', { batches: trace }],
  ['a trace around its spans', { trace: { resourceSpans: trace } }],
  ['a list of documents', [{ resourceSpans: trace }]],
])('traces of Tempo with %s are read', (_, document) => {
  expect(learned(document).stdout).toContain('shop/web → shop/pay: 1 request');
});

test('a span that ends before it starts is a request without a duration', () => {
  expect(learned({ resourceSpans: trace }).stdout).toContain('shop/web → shop/pay: 1 request, 0 errors\n');
});

test('traces without names of services are an error that names the attribute', () => {
  const { status, stderr } = learned({ resourceSpans: [span('', 'c', 3), span('', 's', 2, 'c')] });

  expect(status).toBe(2);
  expect(stderr).toContain('spans need service.name');
});

test('a trace of Jaeger on each line is read', () => {
  const process = (serviceName: string) => ({ serviceName, tags: [] });
  const tag = (key: string, value: string) => ({ key, value });
  const own = {
    traceID: 'a',
    processes: { p1: process('web.shop'), p2: process('pay.shop') },
    spans: [
      { traceID: 'a', spanID: 'c', processID: 'p1', duration: 1000, tags: [tag('span.kind', 'client')] },
      {
        traceID: 'a',
        spanID: 's',
        processID: 'p2',
        duration: 900,
        references: [{ refType: 'CHILD_OF', traceID: 'a', spanID: 'c' }],
        tags: [tag('span.kind', 'server'), tag('http.method', 'GET'), tag('http.target', '/items?x=1')],
      },
    ],
  };
  const { stdout } = learned(`${JSON.stringify(own)}\n${JSON.stringify({ data: [{ ...own, traceID: 'b' }] })}\n`);

  expect(stdout).toContain('shop/web → shop/pay: 2 requests');
});

const metric = (reporter: string, more = '') =>
  `istio_requests_total{reporter="${reporter}",source_workload="web",source_workload_namespace="shop",`
  + `destination_service="pay.shop.svc.cluster.local",response_code="200",request_protocol="http"} ${more}`;

test('a metric that callers alone report is a call, since its callee has no proxy', () => {
  expect(learned(`${metric('source', '4')}\n`).stdout).toContain('shop/web → shop/pay: 4 requests');
});

test('requests that both proxies report are counted once', () => {
  expect(learned(`${metric('source', '4')}\n${metric('destination', '4')}\n`).stdout).toContain('4 requests');
});

test('exemplars of metrics are no values', () => {
  expect(learned(`${metric('destination', '7 # {trace_id="a"} 1 1700000000')}\n`).stdout).toContain('7 requests');
});

test('an idle edge of a graph is no call', () => {
  const node = (id: string, workload: string) => ({ data: { id, nodeType: 'workload', namespace: 'shop', workload } });
  const edge = (source: string, target: string, traffic: object) => ({ data: { source, target, traffic } });
  const { stdout } = learned({
    elements: {
      nodes: [node('1', 'web'), node('2', 'pay'), node('3', 'old')],
      edges: [edge('1', '2', { protocol: 'http', rates: { http: '0.5' } }), edge('1', '3', {})],
    },
  });

  expect(stdout).toContain('web.calls(pay);');
  expect(stdout).not.toContain('old');
});
