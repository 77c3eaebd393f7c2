import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programsIn } from '../../docs/programs';
import { runProgram } from './programs';

const FOLDER = join(__dirname, '../../docs/guides');
const programs = readdirSync(FOLDER).flatMap(file =>
  programsIn(readFileSync(join(FOLDER, file), 'utf8')).map((code, index) => ({ file, index: index + 1, code })),
);

test.each(programs)('program $index of $file runs, and its expectations hold', ({ code }) => {
  expect(code).toMatch(/\.(expect\w+|has|hasNot|count)\(|throw new Error\(/);
  expect(() => runProgram(code)).not.toThrow();
});
