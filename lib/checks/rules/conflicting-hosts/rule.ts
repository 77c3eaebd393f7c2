import { addTo, fullHost, hostsMeet, Kind, namespacesOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { fewOf, listed } from '../../manifests/names';
import { isForMesh } from '../../manifests/routing/destinations';

interface Claim {
  readonly host: string;
  readonly virtualService: Resource;
  readonly index: number;
}

export const rule: Check = {
  id: 'ConflictingHosts',
  severity: Severity.ERROR,
  covers: ['IST0109', 'KIA1106'],
  summary: 'Two VirtualServices for traffic between workloads have the same host',
  explanation:
    'Gateways merge such VirtualServices; sidecars do not: one of them applies, and which one is '
    + 'undefined. VirtualServices exported to different namespaces do not conflict.',
  *find(cluster) {
    const scopes = new Map<string, Claim[]>();
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE).filter(isForMesh)) {
      for (const scope of new Set(namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace))) {
        const claims = virtualService.spec.get('hosts').items.map((host, index) => ({
          host: fullHost(host.text, virtualService.namespace, cluster.clusterDomain),
          virtualService,
          index,
        }));
        claims.forEach(claim => addTo(scopes, scope, claim));
      }
    }
    const everywhere = new Rivals(scopes.get('*') ?? []);
    for (const [scope, claims] of scopes) {
      const here = scope === '*' ? everywhere : new Rivals(claims);
      for (const claim of claims) {
        const meeting = scope === '*' ? [] : everywhere.meeting(claim);
        yield* conflict(claim, [here.same(claim), meeting]);
        // Those exported to all namespaces also conflict with those exported to one.
        for (const other of meeting) {
          yield* conflict(other, [[claim]]);
        }
      }
    }
  },
};

function* conflict({ host, virtualService, index }: Claim, groups: readonly (readonly Claim[])[]) {
  const names = fewOf(othersThan(virtualService, groups));
  if (names.length > 0) {
    yield problem(
      virtualService.spec.get('hosts').items[index] ?? virtualService.spec,
      `${listed(names)} also ${names.length > 1 ? 'have' : 'has'} rules for ${host}, and sidecars apply `
        + 'only one of these VirtualServices.',
      'Merge the rules into one VirtualService, or export them to different namespaces.',
    );
  }
}

function* othersThan(virtualService: Resource, groups: readonly (readonly Claim[])[]): Iterable<string> {
  for (const group of groups) {
    for (const claim of group) {
      if (claim.virtualService !== virtualService) {
        yield claim.virtualService.key;
      }
    }
  }
}

/** Hosts of one scope, indexed so that each is compared with few others. */
class Rivals {
  private readonly byHost = new Map<string, Claim[]>();
  private readonly wildcards: Claim[];

  constructor(claims: readonly Claim[]) {
    for (const claim of claims) {
      addTo(this.byHost, claim.host, claim);
    }
    this.wildcards = claims.filter(each => each.host.startsWith('*'));
  }

  same({ host }: Claim): readonly Claim[] {
    return this.byHost.get(host) ?? [];
  }

  meeting(claim: Claim): readonly Claim[] {
    const byWildcard = this.wildcards.filter(each => hostsMeet(each.host, claim.host));
    const all = claim.host.startsWith('*')
      ? [...this.byHost.values()].flat().filter(each => hostsMeet(each.host, claim.host))
      : [...this.same(claim), ...byWildcard];
    return [...new Set(all)];
  }
}
