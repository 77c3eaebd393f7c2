import fc from 'fast-check';
import { HostPatterns, hostsMeet } from '../../lib/manifests';

const label = fc.constantFrom('a', 'b', 'shop', '');
const name = fc.array(label, { minLength: 1, maxLength: 4 }).map(each => each.join('.'));
const host = fc.oneof(
  name,
  name.map(each => `*.${each}`),
  name.map(each => `*${each}`),
  fc.constant('*'),
  name.map(each => `${each}.*`),
  fc.constant(`${'a.'.repeat(200)}shop`),
);

test('the hosts that meet one are those that meet it when each is compared, in their order', () => {
  fc.assert(
    fc.property(fc.array(host), host, (hosts, one) => {
      const patterns = new HostPatterns(hosts.map((each, index) => [each, index]));

      expect(patterns.meeting(one)).toEqual(hosts.flatMap((each, index) => (hostsMeet(each, one) ? [index] : [])));
    }),
    { numRuns: 2000 },
  );
});
