import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execute } from '../../bin/commands/program';

export interface Outcome<Status> {
  readonly status: Status;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = join(__dirname, '../..');

/** The arguments of Node for the command, in which TypeScript is read without a second process. */
export const CARDINAL: readonly string[] = [
  '--require',
  join(ROOT, 'packaging/typescript.cjs'),
  join(ROOT, 'bin/cardinal.ts'),
];

/** What the command prints and its exit code, without a process of its own, which would take a second to start. */
export function cardinal(...args: string[]): Outcome<number | Promise<number>> {
  return printedBy(() => execute(args));
}

/** What a run prints, and the exit code that it returns. */
export function printedBy<Status>(run: () => Status): Outcome<Status> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map(name =>
    jest.spyOn(process[name], 'write').mockImplementation(text => {
      printed[name] += String(text);
      return true;
    }),
  );
  try {
    return { status: run(), ...printed };
  } finally {
    spies.forEach(spy => spy.mockRestore());
  }
}

/** The same in a working directory. */
export function cardinalAt(cwd: string, args: readonly string[]): Outcome<number | Promise<number>> {
  const before = process.cwd();
  process.chdir(cwd);
  try {
    return cardinal(...args);
  } finally {
    process.chdir(before);
  }
}

/** What a process of the command prints, for what depends on one, such as its standard input. */
export function cardinalIn(cwd: string, args: readonly string[], input = ''): Outcome<number | null> {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...CARDINAL, ...args], {
    cwd,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
