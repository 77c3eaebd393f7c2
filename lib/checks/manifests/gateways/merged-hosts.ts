import { type Cluster, fullHost, gatewaysNamedBy, isInternal, Kind, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { meetSomewhere } from '../routing/destinations';

export const mergedHosts: Check = {
  id: 'MergedHosts',
  severity: Severity.INFO,
  covers: ['KIA1106'],
  summary: 'Two VirtualServices have rules for one host at one Gateway',
  explanation: 'The gateway merges them: the rules of the older come first, and files do not show the age. That is meant where teams share a host and their matches do not meet; '
    + 'a rule without matches takes what is behind it.',
  *find(cluster) {
    const claims = claimsOf(cluster);
    for (const [key, members] of claims) {
      const [gateway, host] = key.split(' ');
      for (const { virtualService, index } of members.length > 1 ? members : []) {
        const other = members.find(each => each.virtualService !== virtualService && meetSomewhere(each.virtualService, virtualService));
        if (other) {
          yield problem(virtualService.spec.get('hosts').items[index] ?? virtualService.spec, `${other.virtualService.key} has rules for ${host} at the Gateway ${gateway} too, and which of them come first depends on their age.`,
            'Put the rules into one VirtualService, if their matches meet.');
        }
      }
    }
  },
};

interface Claim {
  readonly virtualService: Resource;
  readonly index: number;
}

/** The hosts of VirtualServices by Gateway and host. */
function claimsOf(cluster: Cluster): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
    for (const { namespace, name } of gatewaysNamedBy(virtualService).filter(each => !isInternal(each))) {
      for (const [index, host] of virtualService.spec.get('hosts').items.entries()) {
        const key = `${namespace}/${name} ${fullHost(host.text, virtualService.namespace, cluster.clusterDomain)}`;
        const members = claims.get(key) ?? [];
        members.push({ virtualService, index });
        claims.set(key, members);
      }
    }
  }
  return claims;
}
