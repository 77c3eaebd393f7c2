import { type Cluster, isElsewhere, Kind, wildcardsOver, missingHost } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { rulesByHost } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownEgressHost',
  severity: Severity.WARNING,
  covers: ['KIA1004'],
  summary: 'A Sidecar lists a host that no Service or ServiceEntry declares',
  explanation:
    'The entry `namespace/host` has no effect: the proxies get no configuration for the intended host. '
    + "The namespace is that of the Service or ServiceEntry; `.` is the Sidecar's own, "
    + '`~` excludes hosts, `*` is any. A name without dots is not expanded, so it never matches a Service. '
    + 'Namespaces without objects in the manifests are presumed to belong to other teams and are not '
    + 'checked.',
  *find(cluster) {
    const namespaces = new Set(cluster.namespaces);
    const isDeclared = declarations(cluster);
    for (const sidecar of cluster.all(Kind.SIDECAR)) {
      for (const at of sidecar.spec.get('egress').items.flatMap(each => each.get('hosts').items)) {
        const [scope = '', host] = at.text.split('/');
        const namespace = scope === '.' ? sidecar.namespace : scope;
        if (
          host !== undefined
          && host !== '*'
          && !scope.startsWith('~')
          && (namespace === '*' || namespaces.has(namespace))
          && !isDeclared(host, namespace)
          && !isElsewhere(sidecar, host)
          && !(host.includes('.') && Gateways.of(cluster).hasHost(host, namespace))
        ) {
          yield absent(
            missingHost(host, sidecar.namespace, cluster),
            problem(
              at,
              'No Service and no ServiceEntry '
                + `${scope === '*' ? '' : `in namespace ${scope === '.' ? sidecar.namespace : scope} `}has the `
                + `host ${host}.`,
              'Write the host with its domain and its namespace in front: `namespace/name.namespace.svc.cluster.local`.',
            ),
          );
        }
      }
    }
  },
};

/**
 * Whether a namespace (`*` for any) has a host, or one that a wildcard covers. A name without dots can only be that of
 * a ServiceEntry.
 */
function declarations(cluster: Cluster): (host: string, namespace: string) => boolean {
  const declared = new Map<string, Set<string>>();
  const add = (name: string, namespace: string) => declared.set(name, (declared.get(name) ?? new Set()).add(namespace));
  cluster.hosts.all.forEach(({ name, resource }) =>
    [name, ...wildcardsOver(name)].forEach(each => add(each, resource.namespace)),
  );
  cluster
    .all(Kind.SERVICE_ENTRY)
    .forEach(entry => entry.spec.get('hosts').texts.forEach(each => add(each, entry.namespace)));
  const rules = rulesByHost(cluster);
  return (host, namespace) =>
    (namespace === '*' ? declared.has(host) : declared.get(host)?.has(namespace) === true)
    || [...cluster.hosts.named(host, '').map(each => each.resource), ...(rules.get(host) ?? [])].some(
      each => namespace === '*' || each.namespace === namespace,
    );
}
