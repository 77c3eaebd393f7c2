import { Documents } from '../../lib/kubernetes/documents';

function text(documents: Documents): string {
  return Buffer.concat(documents.chunks()).toString();
}

test('documents are in the order of their ranks, and those of one rank in the order in which they are added', () => {
  const documents = new Documents();
  documents.add(2, 'c\n');
  documents.add(1, 'a\n');
  documents.add(2, 'd\n');
  documents.add(1, 'b\n');

  expect(text(documents)).toBe('a\n---\nb\n---\nc\n---\nd\n');
});

test('a file without documents is empty', () => {
  expect(text(new Documents())).toBe('');
});

test('documents that fill several parts of a file are complete', () => {
  const documents = new Documents();
  const each = `${'ü'.repeat(200_000)}\n`;
  Array.from({ length: 3 }, () => {
    documents.add(0, each);
  });

  expect(documents.chunks().length).toBeGreaterThan(1);
  expect(text(documents)).toBe([each, each, each].join('---\n'));
});
