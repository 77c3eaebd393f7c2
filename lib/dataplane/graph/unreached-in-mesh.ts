import {
  carriesRequests,
  type Cluster,
  type Field,
  firstIfAll,
  fullHost,
  type Host,
  Kind,
  namespacesOf,
  portNumber,
  portsOf,
  protocolOf,
  type Resource,
} from '../../manifests';
import { MESH } from '../endpoints/proxy';
import { httpRuleGroupsOf } from '../routes/delegates';
import type { Unreached } from './unreached-routes';

/**
 * The rules of VirtualServices for the mesh alone that no sidecar evaluates: by the ports of their hosts, and by the
 * namespaces to which they are exported. None for hosts that no Service or ServiceEntry declares.
 */
export function unreachedInMesh(cluster: Cluster): Unreached[] {
  return cluster
    .all(Kind.VIRTUAL_SERVICE)
    .filter(({ spec }) => spec.get('gateways').texts.every(each => each === MESH))
    .flatMap(each => unreachedBy(each, cluster));
}

function unreachedBy(virtualService: Resource, cluster: Cluster): Unreached[] {
  const { namespace, spec } = virtualService;
  const scopes = namespacesOf(spec.get('exportTo').texts, namespace);
  const hosts = spec
    .get('hosts')
    .texts.map(each => hostsNamed(fullHost(each, namespace, cluster.clusterDomain), scopes, cluster));
  const isPattern = spec.get('hosts').texts.some(each => each.startsWith('*'));
  if (hosts.length === 0 || isPattern || hosts.some(each => each.length === 0)) {
    return [];
  }
  const ports = hosts.flat().flatMap(portsOf);
  return (['http', 'tls', 'tcp'] as const).flatMap((kind): Unreached[] => {
    const own = ports.filter(each => carriesRequests(each) !== (kind !== 'http'));
    const rules = spec.get(kind);
    if (own.length === 0) {
      // Of http rules another check finds it.
      return kind === 'http' || rules.items.length === 0 ? [] : [{ at: rules, ...ofProtocol(hosts.flat(), ports) }];
    }
    const groups =
      kind === 'http' ? httpRuleGroupsOf(virtualService, cluster) : rules.items.map(at => ({ at, rules: [at] }));
    return groups.flatMap(({ at, rules: each }) => {
      const numbers = [...own.map(portNumber), ...(kind === 'http' ? [HTTP_PORT] : [])];
      const reason = firstIfAll(each.map(rule => reasonOf(rule, numbers, scopes)));
      return reason === undefined ? [] : [{ at, because: 'match' as const, reason }];
    });
  });
}

/** Sidecars have http rules on this port for hosts without any port for requests. */
const HTTP_PORT = 80;

/** All with a name that sidecars of some namespaces may have. */
function hostsNamed(name: string, scopes: readonly string[], cluster: Cluster): readonly Host[] {
  const all = cluster.hosts.named(name, '');
  return scopes.includes('*')
    ? all
    : all.filter(({ visibleIn }) => visibleIn.includes('*') || scopes.some(each => visibleIn.includes(each)));
}

function ofProtocol(hosts: readonly Host[], ports: readonly Field[]): Omit<Unreached, 'at'> {
  const names = [...new Set(hosts.map(each => each.name))].join(', ');
  const protocols = [...new Set(ports.map(protocolOf))].join(', ');
  return { because: 'protocol', reason: `${names} carries ${protocols}, for which sidecars evaluate http rules only` };
}

/** Why no sidecar has a rule in its configuration; undefined if one may. */
function reasonOf(rule: Field, ports: readonly (number | undefined)[], scopes: readonly string[]): string | undefined {
  return firstIfAll(
    rule.get('match').items.map(match => {
      const [port, namespace] = [match.get('port').number, match.get('sourceNamespace').text];
      if (port !== undefined && !ports.includes(port)) {
        return `its hosts have no port ${port} of its protocol, only ${[...new Set(ports)].join(', ')}`;
      }
      return namespace !== '' && !scopes.includes('*') && !scopes.includes(namespace)
        ? `it is for callers in ${namespace}, to which the VirtualService is not exported`
        : undefined;
    }),
  );
}
