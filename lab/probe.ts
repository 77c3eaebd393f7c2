import { request } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';

/** A probe of a container, as returned by the API server. */
export interface Probe {
  readonly httpGet?: { readonly path?: string; readonly port: number | string };
  readonly tcpSocket?: { readonly port: number | string };
  readonly grpc?: { readonly port: number };
}

/** The user agent of the kubelet: the app does not count such requests. */
const PROBE_AGENT = 'kube-probe/1.36';

const LIMIT_MS = 1000;

/** Whether a probe passes, sent from the host as a kubelet does. */
export async function passes(ip: string, { httpGet, tcpSocket, grpc }: Probe): Promise<boolean> {
  if (httpGet) {
    return getOk(ip, numberOf(httpGet.port), httpGet.path ?? '/');
  }
  if (tcpSocket) {
    return connects(ip, numberOf(tcpSocket.port));
  }
  return grpc ? servesGrpc(ip, grpc.port) : true;
}

function numberOf(port: number | string): number {
  if (typeof port === 'string') {
    throw new Error(`the lab's kubelet does not support named ports: ${port}`);
  }
  return port;
}

function getOk(ip: string, port: number, path: string): Promise<boolean> {
  return new Promise(resolve => {
    const call = request(
      { host: ip, port, path, agent: false, timeout: LIMIT_MS, headers: { 'user-agent': PROBE_AGENT } },
      response => {
        response.resume();
        resolve((response.statusCode ?? 500) < 400);
      },
    );
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', () => resolve(false));
    call.end();
  });
}

function connects(ip: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const end = (passed: boolean) => {
      socket.destroy();
      resolve(passed);
    };
    const socket = connect({ host: ip, port, timeout: LIMIT_MS }, () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}

function servesGrpc(ip: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const session = connectHttp2(`http://${ip}:${port}`);
    const end = (passed: boolean) => {
      session.destroy();
      resolve(passed);
    };
    session.on('error', () => end(false));
    session.setTimeout(LIMIT_MS, () => end(false));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': PROBE_AGENT,
    });
    stream.on('trailers', trailers => end(trailers['grpc-status'] === '0'));
    stream.on('error', () => end(false));
    stream.resume();
    // An empty HealthCheckRequest.
    stream.end(Buffer.alloc(5));
  });
}
