import { isWithin } from '../../lib/manifests';

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['fd00::1', 'fd00::/8', true],
  ['10.1.2.3', 'fd00::/8', false],
  ['10.1.2.3', '0.0.0.0/0', true],
  ['10.1.2.3', '10.0.0.0/99', false],
  ['10.1.2.3', '10.0.0.0/x', false],
  ['10.1.2.3', '10.0.0.0/-1', false],
  ['10.1.2.3', '10.0.0.0/', false],
  ['10.1.2.3', 'anything', false],
])('%s in %s: %s', (address, block, expected) => {
  expect(isWithin(address, block)).toBe(expected);
});
