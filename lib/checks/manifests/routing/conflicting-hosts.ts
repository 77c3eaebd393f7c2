import { addTo, fullHost, hostsMeet, Kind, namespacesOf, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { isForMesh } from './destinations';

interface Claim {
  readonly host: string;
  readonly virtualService: Resource;
  readonly index: number;
}

export const conflictingHosts: Check = {
  id: 'ConflictingHosts',
  severity: Severity.ERROR,
  covers: ['IST0109', 'KIA1106'],
  summary: 'Two VirtualServices for traffic between workloads name one host',
  explanation: 'At gateways such VirtualServices are merged; at sidecars they are not: one of them counts, and which one is not defined. Those exported to different namespaces do not meet.',
  *find(cluster) {
    const scopes = new Map<string, Claim[]>();
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE).filter(isForMesh)) {
      for (const scope of new Set(namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace))) {
        const claims = virtualService.spec.get('hosts').items.map((host, index) => ({ host: fullHost(host.text, virtualService.namespace, cluster.clusterDomain), virtualService, index }));
        claims.forEach(claim => addTo(scopes, scope, claim));
      }
    }
    const everywhere = new Rivals(scopes.get('*') ?? []);
    for (const [scope, claims] of scopes) {
      const here = scope === '*' ? everywhere : new Rivals(claims);
      for (const claim of claims) {
        const others = [...here.same(claim), ...(scope === '*' ? [] : everywhere.meeting(claim))];
        yield* conflict(claim, others);
        // Those exported to all are in conflict too with those exported to one namespace.
        for (const other of scope === '*' ? [] : everywhere.meeting(claim)) {
          yield* conflict(other, [claim]);
        }
      }
    }
  },
};

function* conflict({ host, virtualService, index }: Claim, others: readonly Claim[]) {
  const names = [...new Set(others.filter(each => each.virtualService !== virtualService).map(each => each.virtualService.key))];
  if (names.length > 0) {
    yield problem(virtualService.spec.get('hosts').items[index] ?? virtualService.spec, `${names.join(' and ')} ${names.length > 1 ? 'have' : 'has'} rules for ${host} too, and proxies apply those of one of them only.`,
      'Put the rules into one VirtualService, or export them to different namespaces.');
  }
}

/** Claims of one scope by host, so that each is compared with few others. */
class Rivals {
  private readonly byHost = new Map<string, Claim[]>();
  private readonly wildcards: Claim[];

  constructor(claims: readonly Claim[]) {
    for (const claim of claims) {
      const members = this.byHost.get(claim.host);
      if (members) {
        members.push(claim);
      } else {
        this.byHost.set(claim.host, [claim]);
      }
    }
    this.wildcards = claims.filter(each => each.host.startsWith('*'));
  }

  same({ host }: Claim): readonly Claim[] {
    return this.byHost.get(host) ?? [];
  }

  meeting(claim: Claim): readonly Claim[] {
    const byWildcard = this.wildcards.filter(each => hostsMeet(each.host, claim.host));
    const all = claim.host.startsWith('*') ? [...this.byHost.values()].flat().filter(each => hostsMeet(each.host, claim.host)) : [...this.same(claim), ...byWildcard];
    return [...new Set(all)];
  }
}
