import {
  type Cluster,
  type Field,
  fullHost,
  gatewaysNamedBy,
  isInternal,
  Kind,
  namespacesOf,
  type Resource,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'MergedHosts',
  severity: Severity.INFO,
  covers: ['KIA1106'],
  summary: 'Two VirtualServices have rules for the same host at one Gateway',
  explanation:
    'The gateway merges them: the rules of the older one come first, and files do not show the age. That '
    + 'is intended where teams share a host and their matches do not overlap; '
    + 'a rule without matches hides all later ones.',
  *find(cluster) {
    for (const [key, claims] of claimsByHost(cluster)) {
      const [gateway, host] = key.split(' ');
      const byScope = claims.length > 1 ? claimsByScope(claims) : new Map<string, Claim[]>();
      for (const { virtualService, at, scopes } of claims.length > 1 ? claims : []) {
        const rivals = scopes.includes('*') ? [claims] : ['*', ...scopes].map(each => byScope.get(each) ?? []);
        const other = rivals
          .map(each => each.find(rival => rival.virtualService !== virtualService))
          .find(each => each !== undefined);
        if (other) {
          yield problem(
            at,
            `${other.virtualService.key} also has rules for ${host} at the Gateway ${gateway}, and their `
              + 'order depends on the age of the objects.',
            'Merge the rules into one VirtualService, if their matches overlap.',
          );
        }
      }
    }
  },
};

/** A host of a VirtualService, and the namespaces to which it is exported. */
interface Claim {
  readonly virtualService: Resource;
  readonly at: Field;
  readonly scopes: readonly string[];
}

/** By Gateway and host. */
function claimsByHost(cluster: Cluster): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
    const scopes = namespacesOf(virtualService.spec.get('exportTo').texts, virtualService.namespace);
    for (const { namespace, name } of gatewaysNamedBy(virtualService).filter(each => !isInternal(each))) {
      for (const at of virtualService.spec.get('hosts').items) {
        add(claims, `${namespace}/${name} ${fullHost(at.text, virtualService.namespace, cluster.clusterDomain)}`, {
          virtualService,
          at,
          scopes,
        });
      }
    }
  }
  return claims;
}

function claimsByScope(claims: readonly Claim[]): Map<string, Claim[]> {
  const byScope = new Map<string, Claim[]>();
  claims.forEach(claim => claim.scopes.forEach(scope => add(byScope, scope, claim)));
  return byScope;
}

function add(lists: Map<string, Claim[]>, key: string, claim: Claim): void {
  const list = lists.get(key) ?? [];
  list.push(claim);
  lists.set(key, list);
}
