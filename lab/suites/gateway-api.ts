import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
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

/** Runs the suite, whose clients ask the simulator. */
export function runGatewayApi(program: string): Verdict[] {
  const root = join(__dirname, '../..');
  const { stdout, stderr, error } = spawnSync(program, ['-test.parallel', '1'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, SIMULATOR: `${process.execPath} --import tsx ${join(__dirname, 'answer.ts')}` },
  });
  const verdicts = stdout
    .split('\n')
    .flatMap(line =>
      line.includes(MARK) ? [JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)) as Verdict] : [],
    );
  if (error || verdicts.length === 0) {
    throw error ?? new Error(`The suite did not run: ${stderr.slice(-2000)}${stdout.slice(-2000)}`);
  }
  return verdicts;
}

const MARK = 'VERDICT ';
