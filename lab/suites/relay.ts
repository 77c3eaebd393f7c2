import { connect } from 'node:net';

/** Passes the questions of a suite on to a process that listens at a socket, and its answers back. */
function main(socket: string): void {
  const connection = connect(socket);
  process.stdin.pipe(connection).pipe(process.stdout);
}

main(process.argv[2] ?? '');
