import { isIP } from 'node:net';
import { Mistake } from './mistake';

/** The shortest prefixes by IP version: wider ranges are not the network of one owner. */
const SHORTEST: Record<number, number> = { 4: 8, 6: 16 };
const LONGEST: Record<number, number> = { 4: 32, 6: 128 };

/** Refuses what is no CIDR, and what would admit half of the internet. */
export function requireRangeOfFront(where: string, cidr: string): void {
  const [, address = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(cidr) ?? [];
  const version = isIP(address);
  const [prefix, shortest, longest] = [Number(digits), SHORTEST[version], LONGEST[version]];
  if (digits === '' || shortest === undefined || longest === undefined || prefix > longest) {
    throw new Mistake({
      code: 'InvalidCidr',
      where,
      problem: `"${cidr}" is no CIDR.`,
      remedy: 'Give an address and the length of its prefix, e.g. "10.0.8.0/24".',
    });
  }
  if (prefix < shortest) {
    throw new Mistake({
      code: 'InvalidCidr',
      where,
      problem: `"${cidr}" is far wider than the subnets of a load balancer, so the API in front could be bypassed.`,
      remedy: `Give the subnets of the load balancer, at least /${shortest} each.`,
    });
  }
}
