import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Edge } from '../lib';
import type { Reply } from './app-protocol';

/** A request from outside the cluster to the gateway of an edge. */
export interface GatewayRequest {
  readonly method?: string;
  readonly path: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - with TLS if the edge has it */
  readonly plain?: boolean;
  /** The client's certificate and its key. */
  readonly cert?: string;
  readonly key?: string;
  readonly body?: string;
  /** The address of a gateway's pod. @default - the first one's */
  readonly address?: string;
}

/** The addresses of a gateway. */
export interface GatewayAddress {
  readonly address: string;
  readonly http: number;
  readonly https: number;
}

/** Sends a request to a gateway, on a new connection. */
export function requestEdge(edge: Edge, gateway: GatewayAddress, request: GatewayRequest): Promise<Reply> {
  const {
    method,
    path,
    host = edge.host,
    headers = {},
    plain = edge.tlsSecret === undefined,
    cert,
    key,
    body,
    address = gateway.address,
  } = request;
  return requestAddress({
    address,
    port: plain ? gateway.http : gateway.https,
    method,
    path,
    headers: { host, ...headers },
    tls: plain ? undefined : { servername: host, cert, key },
    body,
  });
}

/** Opens a WebSocket at the gateway of an edge without TLS; what is written to it has no frames. */
export function openWebSocket(edge: Edge, address: string, path: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    httpRequest({
      host: address,
      path,
      headers: {
        host: edge.host,
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    })
      .on('upgrade', (_response, socket) => {
        socket.on('error', () => undefined);
        resolve(socket);
      })
      .on('response', ({ statusCode }) => {
        reject(new Error(`${path} was not upgraded: ${statusCode}`));
      })
      .on('error', reject)
      .end();
  });
}

/** A request to an address, on a new connection. */
export interface AddressRequest {
  readonly address: string;
  readonly port: number;
  /** @default GET */
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @default - none */
  readonly tls?: { readonly servername: string; readonly cert?: string; readonly key?: string };
  readonly body?: string;
}

export function requestAddress({
  address,
  port,
  method = 'GET',
  path,
  headers,
  tls,
  body,
}: AddressRequest): Promise<Reply> {
  const started = Date.now();
  const options = {
    host: address,
    port,
    method,
    path,
    headers,
    rejectUnauthorized: false,
    ...tls,
    agent: false as const,
  };
  return new Promise((resolve, reject) => {
    const call = (tls ? httpsRequest : httpRequest)(options, response => {
      replyOf(response, started).then(resolve, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** The reply in a response, once its body has arrived. */
export function replyOf(response: IncomingMessage, started: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let text = '';
    response.on('data', (chunk: Buffer) => (text += chunk.toString()));
    response.on('error', reject);
    response.on('end', () => {
      resolve({
        status: response.statusCode ?? 0,
        text,
        ms: Date.now() - started,
        headers: response.headers,
        from: text.startsWith('{') ? (JSON.parse(text) as Reply['from']) : undefined,
      });
    });
  });
}
