import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

const PREFIX = 'cardinal-';

/** The host's link to the bridge; the control plane listens on its addresses. */
const UPLINK = 'cardinal0';

/** The address of the host: callers with this address are outside the mesh and not on the node. */
export const HOST = '10.99.0.1';

/**
 * The node: a network namespace with the bridge that connects all pods, so that its packet filter is not that of the
 * machine, and ends with it.
 */
export const NODE: PodNetwork = { name: `${PREFIX}node`, ip: '10.99.0.254' };
const BRIDGE = 'pods';

/** The addresses of pods, and of the host. */
export const POD_CIDR = '10.99.0.0/16';

/** A network namespace with an address on the bridge. */
export interface PodNetwork {
  readonly name: string;
  readonly ip: string;
}

/** The bridge and the network namespaces of pods. */
export class Network {
  private count = 0;

  /** Creates the node with its bridge, and joins the host to it. */
  open(): void {
    Network.remove();
    ip('netns', 'add', NODE.name);
    ip('-n', NODE.name, 'link', 'set', 'lo', 'up');
    ip('-n', NODE.name, 'link', 'add', BRIDGE, 'type', 'bridge');
    ip('-n', NODE.name, 'addr', 'add', `${NODE.ip}/16`, 'dev', BRIDGE);
    ip('-n', NODE.name, 'link', 'set', BRIDGE, 'up');
    ip('link', 'add', UPLINK, 'type', 'veth', 'peer', 'name', 'host', 'netns', NODE.name);
    ip('-n', NODE.name, 'link', 'set', 'host', 'master', BRIDGE, 'up');
    ip('addr', 'add', `${HOST}/16`, 'dev', UPLINK);
    ip('link', 'set', UPLINK, 'up');
  }

  /** Removes the networks of an earlier lab. */
  static remove(): void {
    const namespaces = ip('netns', 'list')
      .split('\n')
      .map(line => line.split(' ')[0] ?? '')
      .filter(name => name.startsWith(PREFIX));
    namespaces.forEach(name => removeNamespace(name));
    // A connection that its peer did not close keeps the namespace alive, and with it the other end of the link.
    if (new RegExp(` ${UPLINK}[@:]`).test(ip('-o', 'link', 'show'))) {
      removeLink(UPLINK);
    }
  }

  /** A further address of the host, for a further control plane. */
  addHostAddress(address: string): void {
    ip('addr', 'add', `${address}/16`, 'dev', UPLINK);
  }

  /** The same, unless the host has it. */
  ensureHostAddress(address: string): void {
    if (!ip('-o', 'addr', 'show', 'dev', UPLINK).includes(` ${address}/`)) {
      this.addHostAddress(address);
    }
  }

  add(): PodNetwork {
    const index = ++this.count;
    const pod = { name: `${PREFIX}${index}`, ip: `10.99.${1 + Math.floor(index / 250)}.${1 + (index % 250)}` };
    const veth = `cd${index}`;
    ip('netns', 'add', pod.name);
    ip('-n', NODE.name, 'link', 'add', veth, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pod.name);
    ip('-n', NODE.name, 'link', 'set', veth, 'master', BRIDGE, 'up');
    ip('-n', pod.name, 'addr', 'add', `${pod.ip}/16`, 'dev', 'eth0');
    ip('-n', pod.name, 'link', 'set', 'eth0', 'up');
    ip('-n', pod.name, 'link', 'set', 'lo', 'up');
    ip('-n', pod.name, 'route', 'add', 'default', 'via', HOST);
    execFileSync('ip', inside(pod, 'sysctl', '-qw', 'net.ipv4.ip_unprivileged_port_start=0'));
    return pod;
  }

  /** Removes a pod's network, and stops all processes in it. */
  remove(pod: PodNetwork): void {
    processesIn(pod).forEach(kill);
    removeNamespace(pod.name);
  }

  /**
   * The pod's hosts file, besides DNS. The file is overwritten in place, so that processes that have it open see the
   * change.
   */
  setHosts(pod: PodNetwork, lines: readonly string[]): void {
    mkdirSync(`/etc/netns/${pod.name}`, { recursive: true });
    writeFileSync(`/etc/netns/${pod.name}/hosts`, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
    writeFileSync(`/etc/netns/${pod.name}/resolv.conf`, `nameserver ${HOST}\n`);
  }
}

/** The arguments of `ip` that run a command inside a pod's network. */
export function inside(pod: PodNetwork, ...command: string[]): string[] {
  return ['netns', 'exec', pod.name, ...command];
}

/** The processes inside a pod's network: of all pods' processes, those of this pod. */
export function processesIn(pod: PodNetwork): number[] {
  return ip('netns', 'pids', pod.name)
    .split('\n')
    .filter(line => line !== '')
    .map(Number);
}

/** Kills a process as the kernel's OOM killer would. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It exited on its own.
  }
}

function removeLink(name: string): void {
  try {
    ip('link', 'del', name);
  } catch {
    // It was removed with its namespace in the meantime.
  }
}

function removeNamespace(name: string): void {
  ip('netns', 'del', name);
  rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
}

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });
}
