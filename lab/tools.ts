import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The executables and Go modules of the lab. */
export class Tools {
  /** Installs and builds missing tools, and prints the progress. */
  static prepare(): Tools {
    const setup = spawnSync(join(__dirname, 'setup'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (setup.status !== 0) {
      throw new Error(`lab/setup failed with ${setup.status ?? setup.signal}`);
    }
    return new Tools(setup.stdout.trim().split('\n').at(-1) ?? '');
  }

  private constructor(readonly home: string) {}

  path(name: string): string {
    const path = join(this.home, 'bin', name);
    if (!existsSync(path)) {
      throw new Error(`${path} is missing: remove ${this.home} and run lab/setup`);
    }
    return path;
  }

  /** The folder of a Go module whose files the lab uses. */
  module(name: string): string {
    const line = readFileSync(join(this.home, 'modules'), 'utf8')
      .split('\n')
      .find(each => each.startsWith(`${name}=`));
    if (!line) {
      throw new Error(`the Go module ${name} is unknown: remove ${this.home} and run lab/setup`);
    }
    return line.slice(name.length + 1);
  }
}
