/**
 * The app that runs in a pod instead of its image: it answers on the pod's ports with its name and the request that it
 * received, and sends requests on behalf of the harness, which controls it over the IPC channel.
 */
import { Agent, createServer as createHttpServer, request as httpRequest, type RequestListener } from 'node:http';
import { Agent as TlsAgent, createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { connect, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2';
import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { FRAME_HEAD, frame, respondGrpc, SERVING, textMessage, UNAVAILABLE } from './app-grpc';
import type { AppConfig, AppOrder, AppReport, Behaviour, Reply, RequestSpec } from './app-protocol';

const config = JSON.parse(process.argv[2] ?? '') as AppConfig;
let behaviour: Behaviour = {};
let seen: AppReport['seen'] = [];
interface Asked {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, unknown>;
  readonly values?: NodeJS.Dict<string[]>;
  readonly message?: string;
  readonly tls?: { readonly serverName?: string; readonly hasClientCertificate: boolean };
}

function answer(asked: Asked): { status: number; delay: number; body: string } {
  const { method, path, headers } = asked;
  if (!String(headers['user-agent']).startsWith('kube-probe/')) {
    seen.push({ port: asked.port, method, path, host: String(headers.host ?? headers[':authority'] ?? '') });
  }
  const body = JSON.stringify({ service: config.service, version: config.version, pod: config.pod, ...asked });
  return { status: behaviour.status ?? 200, delay: behaviour.delayMs ?? 0, body };
}

function listen(port: number, protocol: string): Promise<void> {
  return new Promise(resolve => {
    if (protocol === 'tcp' || protocol === 'tls') {
      createTcpServer(socket => {
        // A probe connects and sends nothing.
        socket.once('data', () => seen.push({ port, method: 'CONNECT', path: '', host: '' }));
        socket.on('error', () => undefined);
        socket.on('data', data => socket.write(`${config.service} ${config.version} ${config.pod} ${data.toString()}`));
      }).listen(port, resolve);
    } else if (protocol === 'http') {
      const answerHttp: RequestListener = (request, response) => {
        const { method = '', url: path = '', headers, headersDistinct: values } = request;
        const asked = { port, method, path, headers, values, tls: tlsOf(request.socket) };
        const { status, delay, body } = answer(asked);
        setTimeout(() => response.writeHead(status, { 'content-type': 'application/json' }).end(body), delay);
        request.resume();
      };
      const server = config.tls
        ? createHttpsServer({ ...config.tls, requestCert: true, rejectUnauthorized: false }, answerHttp)
        : createHttpServer(answerHttp);
      // No connection of a proxy is closed for being idle, while the proxy sends the next request.
      server.keepAliveTimeout = 0;
      server.listen(port, resolve).on('upgrade', (_, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
        socket.on('error', () => undefined).pipe(socket);
      });
    } else {
      createHttp2Server()
        .on('stream', (stream, headers) => {
          if (headers[':path'] === '/grpc.health.v1.Health/Check') {
            stream.on('error', () => undefined);
            stream.resume();
            respondGrpc(stream, SERVING, '0');
            return;
          }
          const asked = {
            port,
            method: headers[':method'] ?? '',
            path: headers[':path'] ?? '',
            headers: { ...headers },
          };
          stream.on('error', () => undefined);
          if (String(headers['content-type']).startsWith('application/grpc')) {
            answerGrpc(stream, asked).catch(() => stream.destroy());
            return;
          }
          const { status, delay, body } = answer(asked);
          stream.resume();
          setTimeout(() => {
            if (!stream.destroyed) {
              stream.respond({ ':status': status, 'content-type': 'application/json' });
              stream.end(body);
            }
          }, delay);
        })
        .listen(port, resolve);
    }
  });
}

function tlsOf(socket: Socket): Asked['tls'] {
  return socket instanceof TLSSocket
    ? {
        serverName: (socket as { servername?: string }).servername,
        hasClientCertificate: Object.keys(socket.getPeerCertificate()).length > 0,
      }
    : undefined;
}

/** Answers once the request is complete, as a server of unary methods does. Its message is reported as text. */
async function answerGrpc(stream: ServerHttp2Stream, asked: Asked): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
  }
  const message = Buffer.concat(chunks).subarray(FRAME_HEAD).toString('latin1');
  const { status, delay, body } = answer({ ...asked, message });
  setTimeout(() => {
    if (!stream.destroyed) {
      respondGrpc(stream, textMessage(body), status === 200 ? '0' : UNAVAILABLE);
    }
  }, delay);
}

function replyOf(
  status: number,
  text: string,
  started: number,
  headers: Record<string, unknown>,
  grpcStatus?: number,
): Reply {
  const json = /\{.*\}/s.exec(text)?.[0];
  return {
    status,
    grpcStatus,
    ms: Date.now() - started,
    text: text.slice(0, 300),
    headers,
    from: status === 200 && json ? parsed(json) : undefined,
  };
}

function parsed(json: string): Reply['from'] {
  try {
    return JSON.parse(json) as Reply['from'];
  } catch {
    return undefined;
  }
}

function failed(error: Error & { code?: string }, started: number): Reply {
  return { status: 0, ms: Date.now() - started, text: error.code ?? error.message, headers: {} };
}

function sendHttp(spec: RequestSpec, agent: Agent): Promise<Reply> {
  const started = Date.now();
  return new Promise(resolve => {
    const secure = spec.protocol === 'https' ? { servername: spec.host.split(':')[0], rejectUnauthorized: false } : {};
    const options = {
      host: spec.address,
      port: spec.port,
      method: spec.method,
      path: spec.path,
      agent,
      headers: { host: spec.host, ...spec.headers },
      ...secure,
    };
    const call = (spec.protocol === 'https' ? httpsRequest : httpRequest)(options, response => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(replyOf(response.statusCode ?? 0, text, started, response.headers)));
      response.on('error', error => resolve(failed(error, started)));
    });
    call.on('error', error => resolve(failed(error, started)));
    call.end();
  });
}

async function sendHttp2(spec: RequestSpec, count: number, concurrency: number): Promise<Reply[]> {
  const session = connect(`http://${spec.address}:${spec.port}`);
  session.on('error', () => undefined);
  const one = () =>
    new Promise<Reply>(resolve => {
      const started = Date.now();
      const headers = { ':method': spec.method, ':path': spec.path, ':authority': spec.host, ...spec.headers };
      const stream = session.request({
        ...headers,
        ...(spec.grpc ? { 'content-type': 'application/grpc', te: 'trailers' } : {}),
      });
      let [text, status, grpcStatus] = ['', 0, undefined as number | undefined];
      let answered: Record<string, unknown> = {};
      const note = (fields: Record<string, unknown>) => {
        grpcStatus = fields['grpc-status'] === undefined ? grpcStatus : Number(fields['grpc-status']);
      };
      stream.on('response', fields => {
        status = Number(fields[':status']);
        answered = { ...fields };
        note(answered);
      });
      stream.on('trailers', fields => note(fields));
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => resolve(replyOf(status, text, started, answered, grpcStatus)));
      stream.on('error', error => resolve(failed(error, started)));
      stream.end(spec.grpc ? frame(Buffer.from('{}')) : undefined);
    });
  const replies = await inTurns(count, concurrency, one);
  session.destroy();
  return replies;
}

function sendTcp(spec: RequestSpec): Promise<Reply> {
  const started = Date.now();
  return new Promise(resolve => {
    const socket = connectTcp(spec.port, spec.address, () => socket.write('hello\n'));
    socket.on('data', data => {
      const [service = '', version = '', pod = ''] = data.toString().split(' ');
      resolve({
        status: 200,
        ms: Date.now() - started,
        text: data.toString(),
        headers: {},
        from: { service, version, pod, port: spec.port, method: '', path: '', headers: {} },
      });
      socket.destroy();
    });
    socket.on('error', error => resolve(failed(error, started)));
    socket.on('close', () => resolve({ status: 0, ms: Date.now() - started, text: 'closed', headers: {} }));
  });
}

async function inTurns(count: number, concurrency: number, one: () => Promise<Reply>): Promise<Reply[]> {
  const replies: Reply[] = [];
  let started = 0;
  await Promise.all(
    Array.from({ length: Math.min(count, concurrency) }, async () => {
      while (started++ < count) {
        replies.push(await one());
      }
    }),
  );
  return replies;
}

async function send(spec: RequestSpec, count: number, concurrency: number): Promise<Reply[]> {
  if (spec.protocol === 'http2') {
    return sendHttp2(spec, count, concurrency);
  }
  const agent = spec.protocol === 'https' ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true });
  const replies = await inTurns(count, concurrency, () =>
    spec.protocol === 'tcp' ? sendTcp(spec) : sendHttp(spec, agent),
  );
  agent.destroy();
  return replies;
}

const streams: { readonly timer: NodeJS.Timeout; readonly replies: Promise<Reply>[] }[] = [];
/** Sends requests at an interval, without waiting for responses. The last that was started is the first that ends. */
function startStream(spec: RequestSpec, everyMs: number): void {
  const agent = new Agent({ keepAlive: true });
  const replies: Promise<Reply>[] = [];
  streams.push({ replies, timer: setInterval(() => replies.push(sendHttp(spec, agent)), everyMs) });
}

process.on('message', (order: AppOrder) => {
  if (order.kind === 'configureResponse') {
    behaviour = order.behaviour;
    process.send?.({ id: order.id });
  } else if (order.kind === 'report') {
    process.send?.({ id: order.id, seen });
    seen = [];
  } else if (order.kind === 'stream') {
    startStream(order.spec, order.everyMs);
    process.send?.({ id: order.id });
  } else if (order.kind === 'end') {
    process.exit(0);
  } else if (order.kind === 'halt') {
    const stream = streams.pop();
    clearInterval(stream?.timer);
    void Promise.all(stream?.replies ?? []).then(replies => process.send?.({ id: order.id, replies }));
  } else {
    void send(order.spec, order.count, order.concurrency).then(replies => process.send?.({ id: order.id, replies }));
  }
});
process.on('disconnect', () => process.exit(0));

void Promise.all(config.ports.map(({ port, protocol }) => listen(port, protocol))).then(() =>
  process.send?.({ id: 0 }),
);
