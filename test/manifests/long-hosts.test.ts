import { wildcardsOver } from '../../lib/manifests';

test('a text that is longer than a host name has no wildcards over it but the one for all', () => {
  const longest = `${'a.'.repeat(125)}abc`;

  expect(wildcardsOver(longest)).toHaveLength(126);
  expect(wildcardsOver(`${longest}d`)).toEqual(['*']);
});
