import { hostsMeet, LONGEST_NAME, wildcardsOver } from './hosts';
import { addTo } from './lists';

interface Entry<T> {
  readonly host: string;
  readonly value: T;
  readonly order: number;
}

/**
 * Values by hosts, which may start with `*`: those with a name in common with a host are found without comparing each
 * with each.
 */
export class HostPatterns<T> {
  private readonly all: Entry<T>[] = [];
  private readonly byHost = new Map<string, Entry<T>[]>();
  /** The entries below a wildcard. */
  private readonly below = new Map<string, Entry<T>[]>();
  /** Entries whose place in the tree of names is not known: wildcards within a label, and what is too long for a host. */
  private readonly others: Entry<T>[] = [];

  constructor(hosts: Iterable<readonly [host: string, value: T]>) {
    for (const [host, value] of hosts) {
      const entry = { host, value, order: this.all.length };
      this.all.push(entry);
      if (isInTree(host)) {
        addTo(this.byHost, host, entry);
        wildcardsOver(host).forEach(each => addTo(this.below, each, entry));
      } else {
        this.others.push(entry);
      }
    }
  }

  /** The values of the hosts that have a name in common with one, in their order; a value as often as it has such. */
  meeting(host: string): T[] {
    const found = isInTree(host)
      ? [
          ...[host, ...wildcardsOver(host)].flatMap(each => this.byHost.get(each) ?? []),
          ...(this.below.get(host) ?? []),
          ...this.others.filter(each => hostsMeet(each.host, host)),
        ].sort((a, b) => a.order - b.order)
      : this.all.filter(each => hostsMeet(each.host, host));
    return found.map(each => each.value);
  }
}

function isInTree(host: string): boolean {
  return host.length <= LONGEST_NAME && (!host.includes('*') || host === '*' || /^\*\.[^*]+$/.test(host));
}
