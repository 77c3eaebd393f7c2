import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is in a CIDR block such as `10.0.0.0/8`, or equal to a block without a prefix length. False if the
 * block is invalid.
 */
export function isWithin(address: string, block: string): boolean {
  const [network = '', length] = block.split('/');
  const version = isIP(network);
  const [family, most] = version === 6 ? (['ipv6', 128] as const) : (['ipv4', 32] as const);
  const bits = length === undefined ? most : Number(length);
  if (
    version === 0
    || isIP(address) !== version
    || length === ''
    || !Number.isInteger(bits)
    || bits < 0
    || bits > most
  ) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(address, family);
}

/** Whether all addresses of a block, or the one of a block without a prefix length, are in another block. */
export function isBlockWithin(inner: string, outer: string): boolean {
  const [network = ''] = inner.split('/');
  return isWithin(network, outer) && prefixOf(outer) <= prefixOf(inner);
}

/** The prefix length of a block; that of a single address if it has none. */
export function prefixOf(block: string): number {
  const [network = '', length] = block.split('/');
  return length === undefined ? (isIP(network) === 6 ? 128 : 32) : Number(length);
}
