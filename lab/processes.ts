import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { fchmodSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Marks every process of a lab, so that leftovers of one that was killed can be found. */
const MARK = 'CARDINAL_LAB=1';

/** How a process is started. */
export interface ProcessOptions extends SpawnOptions {
  /** Its end is no failure of the lab. */
  readonly mayEnd?: boolean;
  /** It takes orders over an IPC channel. */
  readonly channel?: boolean;
}

/** The child processes of a lab, each with a log file. */
export class Processes {
  private readonly running = new Set<ChildProcess>();
  private stopping = false;

  /** @param onDeath called when a process ends that nobody stopped */
  constructor(private readonly logs: string, private readonly onDeath: (name: string) => void) {}

  /** Starts a process whose output goes to `NAME.log`. Its end is a failure of the lab unless it may end. */
  start(name: string, command: string, args: readonly string[], options: ProcessOptions = {}): ChildProcess {
    const log = openSync(join(this.logs, `${name}.log`), 'a');
    // A proxy opens its standard output once more, as a user of its own.
    fchmodSync(log, 0o666);
    const child = spawn(command, args, {
      ...options,
      env: { PATH: process.env.PATH, HOME: '/root', ...options.env, CARDINAL_LAB: '1' },
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

  /** Ends one process. */
  stop(child: ChildProcess): void {
    this.running.delete(child);
    child.kill('SIGKILL');
  }

  /** Ends all processes. */
  stopAll(): void {
    this.stopping = true;
    [...this.running].forEach(child => this.stop(child));
    killMarked();
  }
}

/** Ends every process that carries the mark, whoever started it. */
export function killMarked(): void {
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== String(process.pid))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(MARK)) {
        process.kill(Number(pid), 'SIGKILL');
      }
    } catch {
      // It ended meanwhile.
    }
  }
}
