import { connect as connectTcp } from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** The first message of a TLS client. */
export function clientHello(servername: string): Promise<Buffer> {
  return new Promise(resolve => {
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        resolve(chunk);
        done();
      },
    });
    connect({ socket: wire, servername }).on('error', () => undefined);
  });
}

/** What a connection receives after it has sent some bytes; empty if it is closed. */
export function exchange(address: string, port: number, bytes: Buffer): Promise<string> {
  return new Promise(resolve => {
    const socket = connectTcp(port, address, () => socket.write(bytes));
    socket.on('data', data => {
      resolve(data.toString('latin1'));
      socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(''));
  });
}
