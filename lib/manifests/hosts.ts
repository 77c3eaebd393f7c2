import { byAge } from './age';
import { addTo } from './lists';
import { memo } from './memo';
import type { Field, Resource } from './resource';
import { Kind } from './kinds';

/** A host of the mesh: of a Service, or of a ServiceEntry. */
export interface Host {
  readonly name: string;
  readonly resource: Resource;
  /** The namespaces that it is exported to: their names, or `*`. */
  readonly visibleIn: readonly string[];
  /** The ServiceEntries of its namespace that declare it too, where they do: this one and the others, the oldest first. */
  readonly declaredBy?: readonly Resource[];
}

/** A host as Istio resolves it: a name without a dot is a Service of the namespace. */
export function fullHost(host: string, namespace: string, clusterDomain = 'cluster.local'): string {
  return host.startsWith('*') || host.includes('.') || host === '' ? host : `${host}.${namespace}.svc.${clusterDomain}`;
}

/** Whether two hosts have a name in common; either may start with `*`. */
export function hostsMeet(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one);
}

/** Whether a host, possibly with a leading `*`, matches another. */
export function covers(pattern: string, host: string): boolean {
  return (
    pattern === '*'
    || pattern === host
    || (pattern.startsWith('*') && host.replace(/^\*/, '').endsWith(pattern.slice(1)))
  );
}

/** The longest name that DNS and the API server allow. */
export const LONGEST_NAME = 253;

/** The wildcards that a host is under, the longest first; of what is too long for a host, none but `*`. */
export function wildcardsOver(host: string): string[] {
  const parts = host.length > LONGEST_NAME ? [] : host.split('.').slice(1);
  return host === '*'
    ? []
    : [...parts.map((_, index) => `*.${parts.slice(index).join('.')}`).filter(each => each !== host), '*'];
}

/** The namespaces of `exportTo`, where `.` is the given one. */
export function namespacesOf(exportTo: readonly string[], namespace: string): string[] {
  return exportTo.length === 0 || exportTo.includes('*')
    ? ['*']
    : exportTo.map(each => (each === '.' ? namespace : each));
}

/** All hosts: a lookup by name is constant in time, by wildcard linear in the length of the name. */
export class Hosts {
  readonly all: readonly Host[];
  private readonly byName = new Map<string, Host[]>();

  constructor(
    services: readonly Resource[],
    serviceEntries: readonly Resource[],
    private readonly clusterDomain: string,
  ) {
    const declared = withSiblings(serviceEntries.flatMap(resource => hostsOf(resource, clusterDomain)));
    this.all = [
      ...services.map(resource => ({
        name: fullHost(resource.name, resource.namespace, clusterDomain),
        resource,
        visibleIn: namespacesOf(listOf(resource.annotations['networking.istio.io/exportTo']), resource.namespace),
      })),
      ...declared,
    ];
    for (const host of this.all) {
      addTo(this.byName, host.name, host);
    }
  }

  /**
   * The host that a name resolves to in a namespace, if one is visible there: the exact one, else the longest wildcard;
   * a Service before a ServiceEntry.
   */
  find(name: string, namespace: string, seenFrom: readonly string[] = [namespace]): Host | undefined {
    return this.visible(name, namespace, seenFrom)[0];
  }

  /**
   * All declarations of the host that a name resolves to in a namespace, as far as they are visible there or in one of
   * the other given namespaces.
   */
  visible(name: string, namespace: string, seenFrom: readonly string[] = [namespace]): readonly Host[] {
    const isSeen = ({ visibleIn }: Host) => visibleIn.includes('*') || seenFrom.some(each => visibleIn.includes(each));
    for (const declared of this.declared(name, namespace)) {
      const seen = declared.filter(isSeen);
      if (seen.length > 0) {
        return seen;
      }
    }
    return [];
  }

  /** All declarations of the host that a name resolves to in a namespace, visible there or not. */
  named(name: string, namespace: string): readonly Host[] {
    for (const declared of this.declared(name, namespace)) {
      return declared;
    }
    return [];
  }

  /** The declarations of a name itself, then those of the wildcards that match it, the longest first. */
  private *declared(name: string, namespace: string): Iterable<readonly Host[]> {
    const full = fullHost(name, namespace, this.clusterDomain);
    yield* this.byName.has(full) ? [this.byName.get(full) ?? []] : [];
    for (
      let at = full.length > LONGEST_NAME ? -1 : full.startsWith('*') ? full.indexOf('.', 2) : full.indexOf('.');
      at >= 0;
      at = full.indexOf('.', at + 1)
    ) {
      yield* this.byName.has(`*${full.slice(at)}`) ? [this.byName.get(`*${full.slice(at)}`) ?? []] : [];
    }
    yield* this.byName.has('*') && full !== '*' ? [this.byName.get('*') ?? []] : [];
  }
}

function hostsOf(serviceEntry: Resource, clusterDomain: string): Host[] {
  return serviceEntry.spec.get('hosts').texts.map(host => ({
    name: fullHost(host, serviceEntry.namespace, clusterDomain),
    resource: serviceEntry,
    visibleIn: namespacesOf(serviceEntry.spec.get('exportTo').texts, serviceEntry.namespace),
  }));
}

/** Hosts that several ServiceEntries of a namespace declare have all of them. */
function withSiblings(hosts: readonly Host[]): Host[] {
  const keyOf = ({ name, resource }: Host) => `${resource.namespace} ${name.toLowerCase()}`;
  const byKey = new Map<string, Resource[]>();
  hosts.forEach(each => addTo(byKey, keyOf(each), each.resource));
  const groups = new Map([...byKey].map(([key, all]) => [key, byAge([...new Set(all)])]));
  return hosts.map(each => {
    const declaredBy = groups.get(keyOf(each)) ?? [];
    return declaredBy.length > 1 ? { ...each, declaredBy } : each;
  });
}

/**
 * The ports of a host, of either kind of object. Istio merges those of ServiceEntries: of several declarations of a
 * number the oldest one applies.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/sidecar.go
 */
export function portsOf({ resource, declaredBy }: Host): Field[] {
  return declaredBy === undefined ? resource.spec.get('ports').items : mergedPorts(declaredBy);
}

// What follows from all declarations of a host is evaluated once for them: they share the list.

const mergedPorts = memo((declaredBy: readonly Resource[]): Field[] => {
  const byNumber = new Map<number | undefined, Field>();
  for (const port of declaredBy.flatMap(each => each.spec.get('ports').items)) {
    byNumber.set(portNumber(port), byNumber.get(portNumber(port)) ?? port);
  }
  return [...byNumber.values()];
});

/**
 * The first field in which the ServiceEntries of a namespace differ that declare a host, besides ports and endpoints:
 * istiod does not merge them then, and applies only one, the one that was created first.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/sidecar.go
 */
export function differingField({ declaredBy }: Host): string | undefined {
  return declaredBy && fieldThatDiffers(declaredBy);
}

const fieldThatDiffers = memo((declaredBy: readonly Resource[]): string | undefined => {
  const differs = (valueOf: (entry: Resource) => unknown) =>
    new Set(declaredBy.map(each => JSON.stringify(valueOf(each) ?? null))).size > 1;
  return (
    MERGED_IF_EQUAL.find(field => differs(({ spec }) => spec.get(field).value))
    ?? (differs(({ labels }) => labels) ? 'labels' : undefined)
  );
});

const MERGED_IF_EQUAL = ['resolution', 'location', 'addresses', 'exportTo', 'workloadSelector'] as const;

/** The number of a port of a Service or a ServiceEntry. */
export function portNumber(port: Field): number | undefined {
  return (port.resource.type === Kind.SERVICE ? port.get('port') : port.get('number')).number;
}

/** The host for which a Service of type ExternalName is only another name. */
export function aliasedHost({ type, spec }: Resource): string | undefined {
  return type === Kind.SERVICE && spec.get('type').text === 'ExternalName'
    ? spec.get('externalName').text.toLowerCase()
    : undefined;
}

function listOf(annotation: string | undefined): string[] {
  return (annotation ?? '')
    .split(',')
    .map(each => each.trim())
    .filter(each => each !== '');
}
