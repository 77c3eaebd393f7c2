import { isIP } from 'node:net';
import { ValidationError } from './validation-error';

/** The shortest prefixes by IP version: wider ranges belong to more than one network. */
const SHORTEST: Record<number, number> = { 4: 8, 6: 16 };
const LONGEST: Record<number, number> = { 4: 32, 6: 128 };

/** Rejects what is not a CIDR, and a range so wide that it would allow a large part of the internet. */
export function requireRangeOfFront(path: string, cidr: string): void {
  const [, address = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(cidr) ?? [];
  const version = isIP(address);
  const [prefix, shortest, longest] = [Number(digits), SHORTEST[version], LONGEST[version]];
  if (digits === '' || shortest === undefined || longest === undefined || prefix > longest) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${cidr}" is not a CIDR.`,
      fix: 'Give an address and a prefix length, e.g. "10.0.8.0/24".',
    });
  }
  if (prefix < shortest) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${cidr}" is far wider than the subnets of a load balancer, so the API in front could be bypassed.`,
      fix: `Give the subnets of the load balancer, at least /${shortest} each.`,
    });
  }
}
