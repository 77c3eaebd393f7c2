import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = dirname(__dirname);

/** The packed package. */
export const TARBALL = process.env.CARDINAL_TARBALL ?? '';

/** The files of a project, by path. */
export type Files = Readonly<Record<string, string>>;

/** A user's project with the packed package and its peers, but without the packages that only this repository has. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'cardinal-project-'));

  constructor(packages: readonly string[], files: Files) {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, 'cdk8s-cardinal'), { recursive: true });
    execFileSync('tar', ['xzf', TARBALL, '--strip-components=1', '-C', join(modules, 'cdk8s-cardinal')]);
    packages.forEach(name => this.link(name, join(ROOT, 'node_modules', name)));
    Object.entries(files).forEach(([path, text]) => this.write(path, text));
  }

  /** Installs a package from its folder. */
  link(name: string, folder: string): void {
    const path = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(folder, path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** The output of a program, also if it fails. */
  run(program: string, ...args: readonly string[]): string {
    try {
      return execFileSync(program, args, { cwd: this.folder, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
