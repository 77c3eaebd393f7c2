import fc from 'fast-check';
import { sortedKeys } from '../../lib/kubernetes/sorted-keys';

test('keys are in the order of sort, few and many', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 3 }), fc.nat(), { maxKeys: 40 }), object => {
      expect(sortedKeys(object)).toEqual(Object.keys(object).sort());
    }),
  );
});
