import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inside, type PodNetwork } from './network';
import { PROXY_USER } from './pod-processes';

/** A port that a client connects to. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/**
 * Opens a TCP connection from a pod to each target, and returns which were accepted. It is as user of the pod's proxy,
 * whose connections are not redirected.
 */
export async function connectionsFrom(client: PodNetwork, targets: readonly Target[]): Promise<boolean[]> {
  const asProxy = ['setpriv', `--reuid=${PROXY_USER}`, `--regid=${PROXY_USER}`, '--clear-groups'];
  return accepted('ip', inside(client, ...asProxy, process.execPath, '-e', CONNECT, JSON.stringify({ targets })));
}

/** The same from an address of the host. */
export function connectionsFromHost(localAddress: string, targets: readonly Target[]): Promise<boolean[]> {
  return accepted(process.execPath, ['-e', CONNECT, JSON.stringify({ localAddress, targets })]);
}

async function accepted(command: string, args: readonly string[]): Promise<boolean[]> {
  return JSON.parse((await run(command, args)).stdout) as boolean[];
}

const run = promisify(execFile);

/** Connections that are dropped, not refused, end after two seconds. */
const CONNECT = `
  const { connect } = require('node:net');
  const { localAddress, targets } = JSON.parse(process.argv[1]);
  Promise.all(targets.map(({ address, port }) => new Promise(resolve => {
    const socket = connect({ host: address, port, localAddress, timeout: 2000 });
    const end = accepted => () => { socket.destroy(); resolve(accepted); };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  }))).then(all => process.stdout.write(JSON.stringify(all)));
`;

/** Whether the DNS server of a pod resolves a name. */
export async function resolves(client: PodNetwork, name: string): Promise<boolean> {
  const script = `require('node:dns').resolve4('${name}', error => process.stdout.write(String(!error)))`;
  return (await run('ip', inside(client, process.execPath, '-e', script))).stdout === 'true';
}
