import { BlockList, isIP } from 'node:net';

/** Whether an address is in a block such as `10.0.0.0/8`, or is the one that is given without a length. */
export function isWithin(address: string, block: string): boolean {
  const [network = '', length] = block.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(address) !== isIP(network)) {
    return false;
  }
  const list = new BlockList();
  list.addSubnet(network, length === undefined ? (family === 'ipv6' ? 128 : 32) : Number(length), family);
  return list.check(address, family);
}
