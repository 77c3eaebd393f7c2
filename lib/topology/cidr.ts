import { BlockList, isIP } from 'node:net';
import { ValidationError } from './validation-error';

/** The shortest prefixes by IP version: wider ranges belong to more than one network. */
const SHORTEST: Record<number, number> = { 4: 8, 6: 16 };
const LONGEST: Record<number, number> = { 4: 32, 6: 128 };

/** IPv4 addresses as IPv6 ones: connections to them are IPv4, which rules for IPv6 do not match. */
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

/** A range of addresses. */
export interface Cidr {
  /** 4 or 6. */
  readonly version: number;
  /** The length of the prefix. */
  readonly prefix: number;
}

/** Rejects what is not a CIDR. */
export function requireCidr(path: string, cidr: string): Cidr {
  const [, address = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(cidr) ?? [];
  const version = isIP(address);
  const [prefix, longest] = [Number(digits), LONGEST[version]];
  const isMapped = version === 6 && MAPPED.check(address, 'ipv6');
  if (digits === '' || longest === undefined || prefix > longest || address.includes('%') || isMapped) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${cidr}" is not a CIDR.`,
      fix: 'Give an address and a prefix length, e.g. "10.0.8.0/24".',
    });
  }
  return { version, prefix };
}

/** Rejects what is not a CIDR, and a range so wide that it would allow a large part of the internet. */
export function requireRangeOfFront(path: string, cidr: string): void {
  requireNarrow(
    path,
    cidr,
    'is far wider than the subnets of a load balancer, so the API in front could be bypassed.',
    'Give the subnets of the load balancer',
  );
}

/** The same for the addresses of trusted proxies. */
export function requireRangeOfProxies(path: string, cidr: string): void {
  requireNarrow(
    path,
    cidr,
    'is far wider than the addresses of a proxy, so clients could forge their own address.',
    'Give the subnets of the proxies',
  );
}

/** The same for the addresses of callers. */
export function requireRangeOfCallers(path: string, cidr: string): void {
  requireNarrow(path, cidr, 'is far wider than one network, so nearly any address could connect.', 'Give the subnets');
}

function requireNarrow(path: string, cidr: string, harm: string, fix: string): void {
  const { version, prefix } = requireCidr(path, cidr);
  const shortest = SHORTEST[version] ?? 0;
  if (prefix < shortest) {
    throw new ValidationError({
      code: 'InvalidCidr',
      path,
      summary: `"${cidr}" ${harm}`,
      fix: `${fix}, at least /${shortest} each.`,
    });
  }
}
