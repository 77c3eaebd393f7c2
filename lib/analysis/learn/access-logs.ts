import { isMap } from '../../manifests';
import type { Observation } from './observations';
import { CLUSTER, hostOf } from './hosts';
import { pathOf, textOf } from './spans';

/** A prefix of `kubectl logs --prefix`: the pod that has written the line. */
const PREFIX = /^\[pod\/([^/\]]+)\/[^\]]+\] /;
/** The prefix of `kubectl logs --timestamps`. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT[\d:.]+Z? /;
/** Envoy's default format, as Istio extends it. */
const LINE = /^\[[^\]]*\] "(\S+) (\S+) (\S+)" (\d+|-) (\S+) (.*)$/;

/** The request that a line of an access log has; undefined for other lines, and for requests that a proxy receives. */
export function observationOfLine(line: string, caller: string): Observation | undefined {
  const [prefix = '', pod = ''] = PREFIX.exec(line) ?? [];
  const text = line.slice(prefix.length).replace(TIMESTAMP, '');
  const from = caller === '' ? workloadOf(pod) : caller;
  return text.startsWith('{') ? ofJson(text, from) : ofText(text, from);
}

function ofText(line: string, caller: string): Observation | undefined {
  const [, method = '', target = '', protocol = '', status = '', , rest = ''] = LINE.exec(line) ?? [];
  const [, port = '', host = ''] = CLUSTER.exec(rest) ?? [];
  // The details of the response and of the connection may have spaces, the reason of a failure is quoted.
  const [, duration = ''] = /(?:^| )\d+ \d+ (\d+) (?:\d+|-) "/.exec(rest) ?? [];
  return host === '' ? undefined : observed({ caller, host, port, method, target, protocol, status, duration });
}

function ofJson(text: string, caller: string): Observation | undefined {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isMap(entry)) {
    return undefined;
  }
  const [, port = '', host = ''] = CLUSTER.exec(textOf(entry.upstream_cluster)) ?? [];
  return host === ''
    ? undefined
    : observed({
        caller,
        host,
        port,
        method: textOf(entry.method),
        target: textOf(entry.path),
        protocol: textOf(entry.protocol),
        status: textOf(entry.response_code),
        duration: textOf(entry.duration),
        grpc: textOf(entry.grpc_status),
      });
}

interface Entry {
  readonly caller: string;
  readonly host: string;
  readonly port: string;
  readonly method: string;
  readonly target: string;
  readonly protocol: string;
  readonly status: string;
  readonly duration: string;
  readonly grpc?: string;
}

function observed({ caller, host, port, method, target, protocol, status, duration, grpc = '' }: Entry): Observation {
  const path = pathOf(target === '-' ? undefined : target);
  const isTcp = method === '-' || method === '';
  // gRPC requests are POST over HTTP/2 of `/package.Service/Method`.
  const isGrpc = grpc !== '' || (method === 'POST' && protocol === 'HTTP/2' && /^\/[\w.]+\.\w+\/\w+$/.test(path ?? ''));
  return {
    caller,
    callee: hostOf(host),
    port: Number(port),
    protocol: isTcp ? 'tcp' : isGrpc ? 'grpc' : 'http',
    method: isTcp ? undefined : isGrpc ? path?.slice(1) : method,
    path: isTcp || isGrpc ? undefined : path,
    isError: /^[05]/.test(status),
    duration: duration === '' || duration === '-' ? undefined : Number(duration),
    count: 1,
  };
}

/** The workload of a pod: without the hashes of a Deployment, or the number of a StatefulSet. */
function workloadOf(pod: string): string {
  return pod.replace(/-[a-f0-9]{6,10}-[a-z0-9]{5}$/, '').replace(/-\d+$/, '');
}
