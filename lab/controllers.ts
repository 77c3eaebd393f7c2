import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import type { Lab } from './lab';

/** Controllers that only some claims need: the tools of a Go module beside this file. */
export class Controllers {
  /**
   * @param folder the folder of the Go module
   * @param modules the modules of the controllers, whose folders have the definitions of their objects
   */
  constructor(
    private readonly folder: string,
    private readonly modules: readonly string[],
  ) {}

  /** Downloads the modules, and returns their folders. */
  download(): string[] {
    return this.setUp({});
  }

  /** Builds the controllers beside the other programs of the lab. */
  build(lab: Lab): void {
    this.setUp({ BINARIES: dirname(lab.tools.path('kubectl')) });
  }

  private setUp(env: Readonly<Record<string, string>>): string[] {
    const output = execFileSync(join(__dirname, 'setup-controllers'), [this.folder, ...this.modules], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return output.trim().split('\n');
  }
}
