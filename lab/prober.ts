import type { ChildProcess } from 'node:child_process';
import { inside, NODE } from './network';
import type { Probe } from './probe';
import type { Processes } from './processes';
import { transpile } from './transpile';

/** Sends probes to pods from the node, whose connections NetworkPolicies never deny, as a kubelet does. */
export class Prober {
  private process?: ChildProcess;
  private readonly waiting = new Map<number, (passed: boolean) => void>();
  private count = 0;

  constructor(
    private readonly processes: Processes,
    private readonly folder: string,
  ) {}

  start(): void {
    transpile('probe', this.folder);
    this.process = this.processes.start(
      'prober',
      'ip',
      inside(NODE, process.execPath, transpile('probes', this.folder)),
      { channel: true },
    );
    this.process.on('message', ({ id, passed }: { id: number; passed: boolean }) => {
      this.waiting.get(id)?.(passed);
      this.waiting.delete(id);
    });
  }

  passes(ip: string, probe: Probe): Promise<boolean> {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, resolve);
      if (!this.process?.send({ id, ip, probe })) {
        reject(new Error('the node has no prober'));
      }
    });
  }
}
