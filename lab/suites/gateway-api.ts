import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Question } from './question';
import type { Known, Verdict } from './verdicts';

/** The conformance suite of the Gateway API, at the release of the lab's Istio. */
export const GATEWAY_API: Known = {
  floor: 509,
  differences: [
    { tests: 'MeshFrontendHostname', reason: 'sidecars route by the host of a request, not by the address' },
    { tests: 'DetectMisdirectedRequests', reason: 'istiod does not configure 421 for a host of another listener' },
    { tests: 'GatewayTLSBackendClientCertificate', reason: 'gateways of Istio present no certificate to backends' },
  ],
  unanswerable: [
    { tests: 'MeshFrontend/Send_to_pod_IP', reason: 'manifests do not have the addresses of Pods' },
    { tests: 'HTTPRouteServiceTypes', reason: 'the addresses of an EndpointSlice are those of Pods' },
  ],
};

const ALL = '.';

/** Runs the tests of the suite whose names a pattern matches; its clients ask the simulator. */
export function runGatewayApi(program: string, tests = ALL): Promise<Verdict[]> {
  return run(program, tests, [join(__dirname, 'answer.ts')]);
}

/** Runs tests of the suite, whose clients get these answers. They connect to a socket in a folder. */
export async function runGatewayApiWith(
  program: string,
  tests: string,
  folder: string,
  answer: (question: Question) => Promise<Answer>,
): Promise<Verdict[]> {
  const socket = join(folder, 'conformance.sock');
  const server = createServer(connection => serve(connection, answer)).listen(socket);
  try {
    return await run(program, tests, [join(__dirname, 'relay.ts'), socket]);
  } finally {
    server.close();
  }
}

function serve(connection: Socket, answer: (question: Question) => Promise<Answer>): void {
  createInterface({ input: connection }).on('line', line => {
    answer(JSON.parse(line) as Question)
      .catch((error: Error): Answer => ({ unsimulated: error.message }))
      .then(each => connection.write(`${JSON.stringify(each)}\n`))
      .catch(() => connection.destroy());
  });
}

function run(program: string, tests: string, script: readonly string[]): Promise<Verdict[]> {
  const child = spawn(
    program,
    ['-test.parallel', '1', '-test.timeout', '1h', '-test.run', `TestConformance/${tests}`],
    {
      cwd: join(__dirname, '../..'),
      env: { ...process.env, SIMULATOR: [process.execPath, '--import', 'tsx', ...script].join(' ') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const verdicts = verdictsIn(stdout);
      if (verdicts.length === 0) {
        reject(new Error(`The suite did not run: ${stderr.slice(-2000)}${stdout.slice(-2000)}`));
      }
      resolve(verdicts);
    });
  });
}

function verdictsIn(text: string): Verdict[] {
  return text
    .split('\n')
    .flatMap(line =>
      line.includes(MARK) ? [JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) as Verdict] : [],
    );
}

const MARK = 'VERDICT ';
