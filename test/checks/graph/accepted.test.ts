import { Severity } from '../../../lib/checks';
import { acceptFindings, requireAcceptable } from '../../../lib/checks/graph';

const warning = {
  id: 'TruncatedRetries',
  severity: Severity.WARNING,
  path: 'shop/web → catalog',
  message: 'The last retry is cut short.',
  fix: 'Raise the timeout.',
};
const error = { ...warning, id: 'NoRoutes', severity: Severity.ERROR };

test('a warning is accepted by its code, in any case, and stays with the reason', () => {
  expect(acceptFindings([warning, error], { truncatedretries: 'measured' }, 'shop')).toEqual({
    findings: [error],
    accepted: [{ finding: warning, reason: 'measured' }],
  });
});

test('an error cannot be accepted', () => {
  const { findings, accepted } = acceptFindings([error], { NoRoutes: 'later' }, 'shop');
  expect([findings[0], accepted]).toEqual([error, []]);
});

test('an acceptance that accepts nothing is a finding', () => {
  expect(acceptFindings([], { TruncatedRetries: 'measured' }, 'shop').findings).toEqual([
    expect.objectContaining({
      id: 'UnusedSuppression',
      severity: 'warning',
      path: 'shop',
      message: expect.stringContaining('TruncatedRetries'),
    }),
  ]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['an error of synthesis', { NoRoutes: 'later' }, /^\[shop\] NoRoutes is an error of synthesis/],
  [
    'a slip',
    { TruncatedTris: 'measured' },
    /^\[shop\] No finding .* code "TruncatedTris"\. .*Did you mean TruncatedRetries\?/,
  ],
  ['a name of every object', { constructor: 'why' }, /No finding that can be accepted here has the code "constructor"/],
  [
    'a code without a reason',
    { TruncatedRetries: ' ' },
    /^\[shop\] The acceptance of TruncatedRetries has no reason\./,
  ],
  ['a check, which is none of synthesis', { UnknownSecret: 'why' }, /No finding .* code "UnknownSecret"/],
  [
    'a warning of the AWS CDK, which is acknowledged there',
    { 'keys-by-discovery': 'why' },
    /No finding .* code "keys-by-discovery"/,
  ],
])('%s cannot be accepted', (_name, accepted, message) => {
  expect(() => requireAcceptable(accepted, 'shop')).toThrow(message);
});
