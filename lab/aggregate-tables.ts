import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { Testing } from 'cdk8s';
import fc, { type Arbitrary } from 'fast-check';
import {
  type Aggregate,
  Auth,
  ClusterApp,
  type Edge,
  Mesh,
  Port,
  Topology,
  TopologyChart,
  ValidationError,
} from '../lib';
import { precedes } from '../lib/topology';
import { EnvoyGateway } from '../lib/gateway';
import { until } from './wait';

/** The path of an aggregate, and whether its requests need a key. */
export interface Row {
  readonly path: string;
  readonly needsKey: boolean;
}

const LITERALS = ['a', 'b', 'list'];
const UNUSUAL = ['A', 'a.b', 'a$b', 'a%24b', 'caf%C3%A9', 'x%20y', 'a:b', '__health', ''];
const NAMES = ['id', 'name', 'Id', 'user-id', 'resp0_x', 'p1'];
/** Values of parameters: literals of other paths, too. */
const VALUES = ['li', 'lists', 'ab', 'aa', ...LITERALS, ...UNUSUAL.filter(each => each !== ''), 'x', 'a+b', 'a;b'];
/** Values that KrakenD decodes to several segments, or rejects. */
const CONFUSING = ['a%2Fb', 'a%2Flist', 'list%2F', '%2F', 'a%2F%2E%2E%2Fb', 'a%3Fb', 'a%23', 'a%25', 'a%252Fb'];
/** Paths that are another path when they are decoded: KrakenD may respond with another aggregate, of equal credentials. */
const ESCAPED = /%2F|%3F|%23|%25|%24|\$/;

const segment: Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LITERALS) },
  { weight: 1, arbitrary: fc.constantFrom(...UNUSUAL) },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).map(name => `{${name}}`) },
);

/** Paths that overlap often. */
export const tables: Arbitrary<Row[]> = fc.array(
  fc.record({
    path: fc.array(segment, { minLength: 1, maxLength: 4 }).map(segments => `/${segments.join('/')}`),
    needsKey: fc.boolean(),
  }),
  { minLength: 2, maxLength: 10 },
);

/** The aggregates of a table without those that the model rejects. */
export function acceptedEdge(rows: readonly Row[]): Edge {
  const accepted: Row[] = [];
  for (const row of rows) {
    try {
      edgeOf([...accepted, row]);
      accepted.push(row);
    } catch (error) {
      assert.ok(error instanceof ValidationError, String(error));
    }
  }
  return edgeOf(accepted);
}

/** Each part contains the number of its aggregate, and the values of its parameters. */
function edgeOf(rows: readonly Row[]): Edge {
  const topology = new Topology('tables');
  const web = topology.addService('web', { image: 'web', port: Port.http(80) });
  const edge = topology.addEdge('api', { host: 'api.lab.example' });
  rows.forEach(({ path, needsKey }, number) => {
    const parameters = path.split('/').filter(each => each.startsWith('{'));
    edge.aggregate(
      `GET ${path}`,
      {
        one: { service: web, path: ['', 'one', number, ...parameters].join('/') },
        two: { service: web, path: '/two' },
      },
      { auth: needsKey ? Auth.apiKey({ secret: 'keys' }) : Auth.none() },
    );
  });
  return edge;
}

/** A request path for each path with each of some values in its parameters. */
function requestPaths(edge: Edge): string[] {
  return edge.aggregates.flatMap(({ route: { operation } }, at) =>
    [...VALUES, ...CONFUSING].map((value, shift) => {
      let next = shift + at;
      return operation.path.segments
        .map((each, index) =>
          !each.startsWith('{') ? `/${each}` : `/${index === 1 ? value : (VALUES[next++ % VALUES.length] ?? value)}`,
        )
        .join('');
    }),
  );
}

/** Fails if the engine responds with another aggregate than the edge's gateway matches. */
export async function compareWithEngine(
  edge: Edge,
  folder: string,
  start: (configuration: string) => ChildProcess,
): Promise<number> {
  const backend = createServer(({ url }, response) => response.end(JSON.stringify({ url })));
  await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve));
  const port = await freePort();
  const file = join(folder, 'krakend.json');
  writeFileSync(file, JSON.stringify(configurationOf(edge, port, (backend.address() as AddressInfo).port)));
  const engine = start(file);
  try {
    await until('KrakenD accepts connections', () => accepts(port, engine), 20);
    const paths = [...new Set(requestPaths(edge))].filter(path => matchedBy(edge, path) !== undefined);
    await Promise.all(paths.map(path => compare(edge, port, path)));
    return paths.length;
  } finally {
    engine.kill('SIGKILL');
    backend.close();
  }
}

async function compare(edge: Edge, port: number, path: string): Promise<void> {
  const matched = matchedBy(edge, path);
  const { status, text } = await fetchPath(port, `${path}?page=2&name=a%20b`);
  const told = `GET ${path} of ${edge.aggregates.map(each => each.route.operation.toString()).join(', ')}: ${text}`;
  const answer = status === 200 ? (JSON.parse(text) as { one?: { url: string } }).one : undefined;
  const url = answer && new URL(answer.url, 'http://backend');
  const [, , number, ...values] = url?.pathname.split('/') ?? [];
  const answering = edge.aggregates[Number(number)];
  if (ESCAPED.test(path)) {
    assert.ok([200, 400, 404].includes(status), told);
    assert.ok(!answering || needsKey(answering) === needsKey(matched), told);
    return;
  }
  assert.equal(status, 200, told);
  assert.ok(answering && answering === matched, told);
  assert.deepEqual(values.map(decodeURIComponent), valuesIn(answering, path).map(decodeURIComponent), told);
  assert.deepEqual(
    [...(url?.searchParams ?? [])].sort(),
    [
      ['name', 'a b'],
      ['page', '2'],
    ],
    told,
  );
}

function needsKey(aggregate: Aggregate | undefined): boolean {
  return aggregate?.route.auth.key !== undefined;
}

/** The aggregate that the gateway matches: by the path as it is sent. */
function matchedBy(edge: Edge, path: string): Aggregate | undefined {
  const [first] = edge.aggregates
    .filter(({ route: { operation } }) => new RegExp(`^${operation.path.toRegex()}$`).test(path))
    .sort((one, other) => (precedes(one.route.operation, other.route.operation) ? -1 : 1));
  return first;
}

function valuesIn({ route: { operation } }: Aggregate, path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .filter((_, at) => operation.path.segments[at]?.startsWith('{'));
}

function configurationOf(edge: Edge, port: number, backend: number): object {
  const chart = new TopologyChart(new ClusterApp(), 'tables', {
    topology: edge.topology as Topology,
    mesh: Mesh.none({ gateway: new EnvoyGateway() }),
  });
  const { data } = (Testing.synth(chart) as { kind: string; data?: Record<string, string> }[]).find(
    ({ kind, data: files }) => kind === 'ConfigMap' && files?.['krakend.json'] !== undefined,
  ) ?? { data: undefined };
  const text = (data?.['krakend.json'] ?? '').replaceAll('http://web:80', `http://127.0.0.1:${backend}`);
  return { ...(JSON.parse(text) as object), port };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

function accepts(port: number, engine: ChildProcess): Promise<boolean> {
  assert.equal(engine.exitCode, null, 'KrakenD has ended');
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** As it is written: `fetch` would normalize it. */
function fetchPath(port: number, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });
}
