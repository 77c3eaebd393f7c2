import { describeFinding, Severity } from '../../lib/checks';

test('a finding is one line: how bad, where, what, the remedy, and by which check', () => {
  const finding = {
    id: 'Odd',
    severity: Severity.WARNING,
    path: 'shop/web',
    message: 'It is odd.',
    fix: 'Make it even.',
  };

  expect(describeFinding(finding)).toBe('warning [shop/web] It is odd. Make it even. (Odd)');
});
