import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Documents } from '../../lib/kubernetes/documents';
import { keepInMemory, Spool } from '../../lib/kubernetes/spool';
import { temporaryFolder } from '../support/temporary-folder';

const LONG = `${'ü'.repeat(50_000)}\n`;

let folder: string;
let spool: Spool;

beforeEach(() => {
  folder = join(temporaryFolder(), 'dist');
  spool = new Spool(folder);
});

afterEach(() => {
  spool.close();
});

type Ranked = readonly (readonly [rank: number, text: string])[];

function documentsOf(texts: Ranked, keep = spool.keep): Documents {
  const documents = new Documents(keep);
  texts.forEach(([rank, text]) => {
    documents.add(rank, text);
  });
  return documents;
}

test('documents are in the order of their ranks, and those of one rank in the order in which they are added', () => {
  const documents = documentsOf([
    [2, 'c\n'],
    [1, 'a\n'],
    [2, 'd\n'],
    [1, 'b\n'],
  ]);

  expect(documents.text()).toBe('a\n---\nb\n---\nc\n---\nd\n');
  expect(existsSync(folder)).toBe(false);
});

test('a file without documents is empty', () => {
  expect(documentsOf([]).text()).toBe('');
});

test('documents that fill several parts of several files are complete, and leave no file', () => {
  const letters = ['a', 'b', 'c', 'd'].map(each => `${each}${LONG}`);
  const texts = (ranks: number): Ranked => letters.map((each, index) => [index % ranks, each]);
  const [one, two] = [documentsOf(texts(1)), documentsOf(texts(2))];

  expect([...one.chunks()].length).toBeGreaterThan(1);
  expect(one.text()).toBe(letters.join('---\n'));
  expect(two.text()).toBe([0, 2, 1, 3].map(index => letters[index]).join('---\n'));
  expect(one.text()).toBe(letters.join('---\n'));
  expect(readdirSync(folder)).toEqual([]);
  expect(documentsOf(texts(1), keepInMemory).text()).toBe(letters.join('---\n'));
});
