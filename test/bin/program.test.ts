import { spawnSync } from 'node:child_process';
import { REPORT_FORMATS } from '../../lib/checks';
import manifest from '../../package.json';
import { cardinal as run } from '../support/command';

test.each([
  ['--help'],
  ['help'],
  ['check', '--help'],
  ['help', 'check'],
  ['synth', '--help'],
  ['route', '--help'],
  ['matrix', '--help'],
  ['advise', '--help'],
])('%s %s prints help with examples, with 0', (...args) => {
  const { status, stdout, stderr } = run(...args.filter(each => typeof each === 'string'));
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: cdk8s-cardinal [^]*\nExamples:\n {2}\$ /m);
});

test('the help of check names each of its options', () => {
  const { stdout } = run('check', '--help');
  expect([...stdout.matchAll(/^ {2}(?:-h, )?--([a-z-]+)/gm)].map(([, name]) => name)).toEqual([
    'config',
    'no-plugins',
    'cluster',
    'context',
    'namespace',
    'namespace-label',
    'build',
    'cluster-domain',
    'kubernetes-version',
    'istio-version',
    'format',
    'fail-on',
    'strict',
    'suppress',
    'baseline',
    'no-inline-suppressions',
    'watch',
    'explain',
    'list',
    'help',
  ]);
});

test('the help of check names each format', () => {
  expect(run('check', '--help').stdout).toContain(
    ` ${[...REPORT_FORMATS.keys()].join(', ').replace(/, (\w+)$/, ' or $1')} (`,
  );
});

test('--version prints the version of the package', () => {
  expect(run('--version')).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('without a command the help is printed to the standard error, with 2', () => {
  expect(run()).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Commands:\n') });
});

test('an unknown command is named, with the nearest one, with 2', () => {
  expect(run('chek')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^error: unknown command 'chek'\n\(Did you mean check\?\)\n/),
  });
});

test('an option without its value is an error, with 2', () => {
  expect(run('check', '--format')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("option '--format <format>' argument missing"),
  });
});

test.each([[['--help']], [['check', '--list']], [['check', '--explain', 'UnknownSubset']], [['chek']]])(
  'the output of %j has no colours, also with FORCE_COLOR',
  args => {
    const before = process.env.FORCE_COLOR;
    process.env.FORCE_COLOR = '1';
    const { stdout, stderr } = run(...args);
    process.env.FORCE_COLOR = before;
    if (before === undefined) {
      delete process.env.FORCE_COLOR;
    }

    expect(stdout + stderr).not.toContain('\u001b');
    expect(stdout + stderr).not.toBe('');
  },
);

test('control characters of arguments are not printed', () => {
  expect(run('a\u001b[31m\n::error::b').stderr).toMatch(/^error: unknown command 'a\\u\{1b\}\[31m\n/);
});

test('the completion of bash has the commands, and the options of each', () => {
  const { stdout } = run('completion', 'bash');
  const completed = (...words: string[]) =>
    spawnSync('bash', [
      '-c',
      `${stdout}\nCOMP_WORDS=(cardinal ${words.map(each => `'${each}'`).join(' ')}); COMP_CWORD=${words.length}; _cdk8s_cardinal; echo "\${COMPREPLY[@]}"`,
    ])
      .stdout.toString()
      .trim();
  expect(completed('ch')).toBe('check');
  expect(completed('')).toBe(
    'init synth check route matrix diff plan apply graph serve import learn advise completion --version --help',
  );
  expect(completed('check', '--f')).toBe('--format --fail-on');
  expect(completed('synth', '-')).toBe('--help');
  expect(completed('check', '--format', '')).toBe('text json sarif');
  expect(completed('check', '--fail-on', 'n')).toBe('never');
  expect(completed('route', '--format', '')).toBe('text json');
  expect(completed('init', '--mesh', '')).toBe('istio ambient none');
  expect(completed('completion', '')).toBe('bash zsh fish');
});

test('other shells have completions too, and a shell without one is an error', () => {
  expect(run('completion', 'zsh').stdout).toContain('bashcompinit');
  expect(run('completion', 'fish').stdout).toContain(
    "complete -c cardinal -n '__fish_seen_subcommand_from check' -l format\n",
  );
  expect(run('completion', 'fish').stdout).toContain(
    "complete -c cardinal -n '__fish_seen_subcommand_from init; and __fish_prev_arg_in --edge' -f -a 'gateway http-api rest-api'\n",
  );
  expect(run('completion', 'powershell')).toMatchObject({
    status: 2,
    stderr: 'The shell powershell is not one of bash, zsh, fish.\n',
  });
});
