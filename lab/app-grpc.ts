import type { ServerHttp2Stream } from 'node:http2';

/** The length of what is before a gRPC message. */
export const FRAME_HEAD = 5;

/** The protobuf message whose first field is this text. */
export function textMessage(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.from([0x0a, ...length]), bytes]);
}

/** A HealthCheckResponse whose status is SERVING. */
export const SERVING = Buffer.from([0x08, 0x01]);

export const UNAVAILABLE = '14';

/** Like gRPC servers: a failure has its status in the headers, as a trailers-only response. */
export function respondGrpc(stream: ServerHttp2Stream, message: Buffer, status: string): void {
  if (status !== '0') {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status }, { endStream: true });
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
  stream.end(frame(message));
}

/** A gRPC message: a byte for compression, four for the length, the bytes. */
export function frame(bytes: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
