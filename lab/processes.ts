import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { fchmodSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { kill } from './network';

/**
 * The environment variable with the lab's process ID in all its processes, to find the leftovers of a killed lab. Labs
 * in other network namespaces, which share neither addresses nor names of networks with it, have other variables.
 */
const MARK = `CARDINAL_LAB_${readlinkSync('/proc/self/ns/net').replace(/\D/g, '')}`;

/** How a process is started. */
export interface ProcessOptions extends SpawnOptions {
  /** Whether it may exit without failing the lab. */
  readonly mayEnd?: boolean;
  /** Whether it is controlled over an IPC channel. */
  readonly channel?: boolean;
}

/** The child processes of a lab, each with a log file. */
export class Processes {
  private readonly running = new Set<ChildProcess>();
  private stopping = false;

  /** @param onDeath called when a process exits that was not stopped */
  constructor(
    private readonly logs: string,
    private readonly onDeath: (name: string) => void,
  ) {}

  /** Starts a process whose output is written to `NAME.log`. Its exit fails the lab unless it may exit. */
  start(name: string, command: string, args: readonly string[], options: ProcessOptions = {}): ChildProcess {
    const log = openSync(join(this.logs, `${name}.log`), 'a');
    // A proxy opens its standard output again, as its own user.
    fchmodSync(log, 0o666);
    const child = spawn(command, args, {
      ...options,
      env: { PATH: process.env.PATH, HOME: '/root', ...options.env, [MARK]: String(process.pid) },
      stdio: ['ignore', log, log, ...(options.channel ? ['ipc' as const] : [])],
    });
    this.running.add(child);
    child.on('error', error => this.onDeath(`${name}: ${error.message}`));
    child.on('exit', () => {
      if (this.running.delete(child) && !this.stopping && !options.mayEnd) {
        this.onDeath(name);
      }
    });
    return child;
  }

  /** Stops one process. */
  stop(child: ChildProcess): void {
    this.running.delete(child);
    child.kill('SIGKILL');
  }

  /** Stops all processes. */
  stopAll(): void {
    this.stopping = true;
    [...this.running].forEach(child => this.stop(child));
    killLeftovers();
  }
}

/**
 * Throws if another lab runs in the same network namespace: the two would share addresses and the names of networks.
 */
export function requireNoOtherLab(): void {
  const other = marked()
    .map(({ lab }) => lab)
    .find(each => isOtherLab(each) && networkOf(each) === networkOf(process.pid));
  if (other) {
    throw new Error(`another lab runs as process ${other}: stop it, or wait until it exits`);
  }
}

/** Stops every process of this lab, and of labs that have exited. */
export function killLeftovers(): void {
  marked()
    .filter(({ lab }) => !isOtherLab(lab))
    .forEach(({ pid }) => kill(pid));
}

function marked(): { readonly pid: number; readonly lab: number }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      const lab = read(`/proc/${pid}/environ`)
        .split('\0')
        .find(each => each.startsWith(`${MARK}=`));
      return lab ? [{ pid: Number(pid), lab: Number(lab.slice(MARK.length + 1)) }] : [];
    });
}

function isOtherLab(pid: number): boolean {
  return pid !== process.pid && read(`/proc/${pid}/cmdline`).includes('lab/run.ts');
}

/** The network namespace of a process; undefined if it has exited. */
function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The process exited in the meantime.
    return '';
  }
}
