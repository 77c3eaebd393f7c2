import { isBlockWithin, prefixOf } from './addresses';
import type { Field } from './resource';

/**
 * The first block among the peers of a rule that may contain the address of a Pod. Most network plugins compare the
 * addresses of packets, so that a block contains Pods as well; some compare none of Pods.
 */
export function blockOfPods(peers: Field): Field | undefined {
  return peers.items.map(each => each.get('ipBlock')).find(each => each.exists && mayContainPods(each));
}

/** Whether a block has private addresses that are none of its exceptions. */
function mayContainPods(block: Field): boolean {
  const cidr = block.get('cidr').text;
  return PRIVATE.some(range => {
    const common = isBlockWithin(cidr, range) ? cidr : isBlockWithin(range, cidr) ? range : undefined;
    return (
      common !== undefined && !isOne(common) && !block.get('except').texts.some(each => isBlockWithin(common, each))
    );
  });
}

/** Whether a block may contain the address of a Service: a private one, or, of GKE, one of a range of Google. */
export function mayContainServices(cidr: string): boolean {
  return (
    !isOne(cidr) && [...PRIVATE, '34.118.224.0/20'].some(each => isBlockWithin(cidr, each) || isBlockWithin(each, cidr))
  );
}

/** @see https://www.rfc-editor.org/rfc/rfc6890 */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];

/** Whether a block is one address, which no manifest gives to a Pod. */
function isOne(cidr: string): boolean {
  return prefixOf(cidr) === (cidr.includes(':') ? 128 : 32);
}
