import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cardinalAt } from '../support/command';
import { temporaryFolder } from '../support/temporary-folder';

const FOLDER = join(__dirname, '../../docs/guides');

interface Example {
  readonly folder: string;
  readonly guide: string;
  readonly command: string;
  readonly output: string;
}

const examples = readdirSync(FOLDER).flatMap((guide): Example[] => {
  const text = readFileSync(join(FOLDER, guide), 'utf8');
  const found = [...text.matchAll(/^```console\n\$ cardinal (.*)\n([^]*?)^```/gm)];
  const folder = found.length === 0 ? '' : temporaryFolder();
  for (const [, name = '', content = ''] of text.matchAll(/^```yaml\n# file: (\S+)\n([^]*?)^```/gm)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return found.map(([, command = '', output = '']) => ({ folder, guide, command, output }));
});

test.each(examples)('$guide: cardinal $command prints what the guide has', ({ folder, command, output }) => {
  const { status, stdout, stderr } = cardinalAt(folder, command.split(' '));

  expect(stderr).toBe('');
  expect(stdout).toBe(output);
  expect(status).not.toBe(2);
});
