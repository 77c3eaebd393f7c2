/**
 * Hosts, possibly with wildcards; whether another host overlaps one of them is answered in time linear in its length.
 */
export class HostSet {
  private readonly names = new Set<string>();
  /** What follows the `*` of each wildcard. */
  private readonly tails = new Set<string>();
  /** Each end of each name, and of each wildcard's tail. */
  private readonly ends = new Set<string>();

  add(host: string): void {
    const name = host.replace(/^\*/, '');
    (host.startsWith('*') ? this.tails : this.names).add(name);
    endsOf(name).forEach(each => this.ends.add(each));
  }

  overlaps(host: string): boolean {
    const name = host.replace(/^\*/, '');
    return (host.startsWith('*') ? this.ends : this.names).has(name) || endsOf(name).some(each => this.tails.has(each));
  }
}

function endsOf(name: string): string[] {
  return Array.from({ length: name.length + 1 }, (_, index) => name.slice(index));
}
