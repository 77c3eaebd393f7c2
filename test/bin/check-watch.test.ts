import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versionOf } from '../../bin/commands/file-version';
import { CARDINAL, cardinal } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{name: http, port: 80}]}\n';
const LOST =
  'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web}\nspec: {hosts: '
  + '[web], http: [{route: [{destination: {host: gone}}]}]}\n';
const END = 'Checked. Waiting for changes of files.\n';

const running: ChildProcess[] = [];
afterEach(() => running.splice(0).forEach(each => each.kill('SIGKILL')));

/** A process that watches, and what it printed. */
class Watching {
  readonly process: ChildProcess;
  private printed = '';
  private read = 0;
  private told: () => void = () => undefined;

  constructor(cwd: string, ...args: string[]) {
    const command = [process.execPath, ...CARDINAL, 'check', ...args, '--watch'];
    // Both streams in one, as in a terminal.
    this.process = spawn('sh', ['-c', 'exec "$@" 2>&1', 'sh', ...command], { cwd });
    running.push(this.process);
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.printed += text;
      this.told();
    });
  }

  /** The next report, once it is complete. */
  async report(): Promise<string> {
    while (!this.printed.slice(this.read).includes(END)) {
      await new Promise<void>(resolve => (this.told = resolve));
    }
    const from = this.read;
    this.read = this.printed.indexOf(END, from) + END.length;
    return this.printed.slice(from, this.read);
  }

  get unread(): string {
    return this.printed.slice(this.read);
  }
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  Object.entries(files).forEach(([name, text]) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  });
  return folder;
}

test('each change of files gives a report: changed, broken, repaired, new, renamed and removed', async () => {
  const folder = folderWith({ 'k8s/web.yaml': SERVICE });
  const file = (name: string) => join(folder, 'k8s', name);
  const watching = new Watching(folder, 'k8s');
  expect(await watching.report()).toBe(`Checking.\n1 object checked: 0 errors, 0 warnings, 0 notes\n${END}`);
  writeFileSync(file('lost.yaml'), LOST);
  expect(await watching.report()).toMatch(
    /^Checking\.\nk8s\/lost\.yaml:4:\d+: VirtualService default\/web .*: error: /,
  );
  writeFileSync(file('lost.yaml'), `${SERVICE}  ports: [`);
  expect(await watching.report()).toMatch(/k8s\/lost\.yaml:\d+:\d+: /);
  renameSync(file('lost.yaml'), file('lost.txt'));
  expect(await watching.report()).toContain('1 object checked: 0 errors');
  mkdirSync(file('more'));
  writeFileSync(file('more/lost.yaml'), LOST);
  expect(await watching.report()).toContain('2 objects checked: 1 error');
  rmSync(join(folder, 'k8s'), { recursive: true });
  expect(await watching.report()).toContain('k8s');
  mkdirSync(join(folder, 'k8s'));
  writeFileSync(file('web.yaml'), SERVICE);
  expect(await watching.report()).toContain('1 object checked: 0 errors');
  const ended = new Promise(resolve => watching.process.once('exit', (code, signal) => resolve(signal ?? code)));
  watching.process.kill('SIGINT');
  expect(await ended).toBe('SIGINT');
}, 60_000);

test('the settings are watched too, also while they cannot be read', async () => {
  const folder = folderWith({ 'k8s/web.yaml': `${SERVICE}---\n${LOST}` });
  const watching = new Watching(folder, 'k8s');
  expect(await watching.report()).toContain('1 error');
  writeFileSync(join(folder, 'cardinal.yaml'), 'checks: {Unknown: off}\n');
  expect(await watching.report()).toContain('cardinal.yaml');
  writeFileSync(join(folder, 'cardinal.yaml'), 'checks: {UnknownDestination: off}\n');
  expect(await watching.report()).toContain('0 errors');
}, 60_000);

test('many writes in a row give one report, and files without a change none, at hardly any load', async () => {
  const folder = folderWith({ 'web.yaml': SERVICE });
  const watching = new Watching(folder, '.');
  await watching.report();
  for (let write = 0; write < 20; write += 1) {
    writeFileSync(join(folder, 'web.yaml'), SERVICE.replace('80', String(8000 + write)));
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  expect(await watching.report()).toContain('1 object checked');
  const before = ticksOf(watching.process);
  await new Promise(resolve => setTimeout(resolve, 2000));
  expect(watching.unread).toBe('');
  // A loop without a pause would take 200.
  expect(ticksOf(watching.process) - before).toBeLessThan(50);
}, 60_000);

/** The processor time of a process, in hundredths of a second. */
function ticksOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
  return Number(fields[13]) + Number(fields[14]);
}

test.each([[['-']], [['--cluster']], [['k8s', '--explain', 'UnknownDestination']], [['--list']]])(
  '%j cannot be watched',
  args => {
    expect(cardinal('check', ...args, '--watch')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('--watch checks files again when they change: not the standard input'),
    });
  },
);

test('a report that is one document is not repeated', () => {
  expect(cardinal('check', 'k8s', '--watch', '--format', 'sarif')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('not --format sarif, which is one document'),
  });
});

test('a link of a folder is seen, and what it points to is not', () => {
  const [folder, outside] = [folderWith({ 'web.yaml': SERVICE }), folderWith({ 'other/lost.yaml': LOST })];
  const versions = [versionOf([folder])];
  symlinkSync(join(outside, 'other'), join(folder, 'other'));
  versions.push(versionOf([folder]));
  writeFileSync(join(outside, 'other/lost.yaml'), '');
  expect(versionOf([folder])).toBe(versions[1]);
  expect(versions[0]).not.toBe(versions[1]);
  symlinkSync(folder, join(folder, 'loop'));
  expect(versionOf([folder])).not.toBe(versions[1]);
});

test('what dependencies and repositories have is not watched', () => {
  const folder = folderWith({ 'web.yaml': SERVICE });
  const version = versionOf([folder]);
  for (const name of ['node_modules', '.git']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'a.yaml'), SERVICE);
  }
  expect(versionOf([folder])).toBe(version);
});
