import {
  type Cluster,
  type Field,
  firstIfAll,
  fullHost,
  gatewayAt,
  gatewayOf,
  gatewaysNamedBy,
  isInternal,
  Kind,
  namespacesOf,
  type Resource,
} from '../../manifests';
import { Gateways } from '../listeners/gateways';
import type { GatewayListener } from '../listeners/listener';
import { MESH } from '../endpoints/proxy';
import { httpRuleGroupsOf } from '../routes/delegates';
import { hasSource, httpMatch } from '../routes/http-match';
import { isListenerUnread } from '../unread';
import { type RuleKind, ruleKindOf, Servers } from './servers';

/** What no request reaches. */
export interface Unreached {
  readonly at: Field;
  readonly because: 'protocol' | 'export' | 'match' | 'host' | 'hidden' | 'isolated' | 'dropped' | 'kind';
  /** Why, as a clause. */
  readonly reason: string;
}

/**
 * The rules and hosts of VirtualServices at Gateways of Istio that no request reaches, since no server evaluates
 * them. None where something about a Gateway is not known.
 */
export function unreachedVirtualServices(cluster: Cluster): Unreached[] {
  return cluster
    .all(Kind.VIRTUAL_SERVICE)
    .filter(each => !isForMesh(each))
    .flatMap(each => unreachedBy(each, cluster));
}

function isForMesh({ spec }: Resource): boolean {
  return spec.get('gateways').texts.length === 0 || spec.get('gateways').texts.includes(MESH);
}

function unreachedBy(virtualService: Resource, cluster: Cluster): Unreached[] {
  const place = placeOf(virtualService, cluster);
  if (!place) {
    return [];
  }
  const { gateways, hosts, servers } = place;
  const unexported = notExported(virtualService, gateways, cluster);
  return unexported ? [unexported] : [...deadHosts(hosts, cluster), ...deadRules(virtualService, servers, cluster)];
}

/** The Gateways of a VirtualService and their servers for its hosts, if all of them are known. */
function placeOf(virtualService: Resource, cluster: Cluster): Place | undefined {
  const references = gatewaysNamedBy(virtualService);
  const gateways = references.flatMap(each => gatewayAt(each, cluster) ?? []);
  if (gateways.length < references.length || references.some(isInternal)) {
    return undefined;
  }
  const hosts = virtualService.spec.get('hosts').items.map(at => {
    const name = fullHost(at.text, virtualService.namespace, cluster.clusterDomain).toLowerCase();
    const servers = gateways.flatMap(each => Servers.of(cluster).serving(each, name, virtualService.namespace));
    return { at, name, servers };
  });
  const servers = [...new Set(hosts.flatMap(each => each.servers))];
  return servers.length === 0 || servers.some(each => each.tls === 'unsimulated' || isListenerUnread(each, cluster))
    ? undefined
    : { gateways, hosts, servers };
}

/** Whether an HTTP match is for every request of each proxy that has the rules of a VirtualService. */
export function isCatchAll(match: Field, virtualService: Resource, cluster: Cluster): boolean {
  if (!httpMatch(match).matchesAll || match.get('sourceLabels').exists) {
    return false;
  }
  return (
    ['port', 'gateways', 'sourceNamespace'].every(each => !match.get(each).exists)
    || (!isForMesh(virtualService)
      && placeOf(virtualService, cluster)?.servers.every(each => hasSourceAt(match, each)) === true)
  );
}

/** Gateways apply what is exported to the namespace of their Pods, if that is known. */
function notExported(virtualService: Resource, gateways: readonly Resource[], cluster: Cluster): Unreached | undefined {
  const at = virtualService.spec.get('exportTo');
  const scopes = namespacesOf(at.texts, virtualService.namespace);
  const pods = scopes.includes('*') ? [] : gateways.flatMap(each => Gateways.of(cluster).selectedBy(each));
  return pods.length === 0
    || pods.some(each => scopes.includes(each.namespace ?? '') || !(each.workload ?? each.isDeclared))
    ? undefined
    : {
        at,
        because: 'export',
        reason:
          'it is not exported to the namespace of the Pods of its Gateways, '
          + [...new Set(pods.map(each => each.namespace))].join(', '),
      };
}

interface Place {
  readonly gateways: readonly Resource[];
  readonly hosts: readonly Host[];
  readonly servers: readonly GatewayListener[];
}

interface Host {
  readonly at: Field;
  readonly name: string;
  readonly servers: readonly GatewayListener[];
}

/** Hosts of which a server with a longer name receives all TLS connections. */
function deadHosts(hosts: readonly Host[], cluster: Cluster): Unreached[] {
  return hosts.flatMap(({ at, name, servers }): Unreached[] => {
    const rivals = servers.map(each => (each.tls === 'none' ? undefined : Servers.of(cluster).before(each, name)));
    const rival = firstIfAll(rivals);
    if (servers.length === 0) {
      return [{ at, because: 'host', reason: `no server of its Gateways has the host ${name}` }];
    }
    return name.startsWith('*') || !rival
      ? []
      : [
          {
            at,
            because: 'hidden',
            reason:
              `TLS connections for ${name} reach the server of the Gateway ${rival.resource.key} (${String(rival)}), `
              + 'whose host is more specific',
          },
        ];
  });
}

const PROTOCOLS: Readonly<Record<RuleKind, string>> = {
  http: 'terminate TLS, or accept plain text, and evaluate http rules only',
  tls: 'pass TLS through and evaluate tls rules only',
  tcp: 'pass on connections and evaluate tcp rules only',
};

function deadRules(virtualService: Resource, servers: readonly GatewayListener[], cluster: Cluster): Unreached[] {
  const kinds = [...new Set(servers.map(ruleKindOf))];
  return (['http', 'tls', 'tcp'] as const).flatMap((kind): Unreached[] => {
    const rules = virtualService.spec.get(kind);
    if (rules.items.length > 0 && !kinds.includes(kind)) {
      const [first = kind] = kinds;
      return [{ at: rules, because: 'protocol', reason: `the servers of its Gateways ${PROTOCOLS[first]}` }];
    }
    const own = servers.filter(each => ruleKindOf(each) === kind);
    const groups =
      kind === 'http' ? httpRuleGroupsOf(virtualService, cluster) : rules.items.map(at => ({ at, rules: [at] }));
    return groups
      .filter(group => group.rules.length > 0 && !group.rules.some(rule => isEvaluated(rule, own, cluster)))
      .map(({ at }) => ({
        at,
        because: 'match' as const,
        reason: 'the ports, gateways or callers of its matches are not those of its Gateways',
      }));
  });
}

/** Whether a rule is in the configuration of a server. Without a match it always is; labels of Pods may be unknown. */
function isEvaluated(rule: Field, servers: readonly GatewayListener[], cluster: Cluster): boolean {
  const matches = rule.get('match').items;
  return (
    matches.length === 0
    || servers.some(server =>
      matches.some(
        match => match.get('sourceLabels').exists || namesMissingGateway(match, cluster) || hasSourceAt(match, server),
      ),
    )
  );
}

function hasSourceAt(match: Field, { at, caller }: GatewayListener): boolean {
  return hasSource(match, { ...caller.proxy, gateways: [at.resource.key] }, at.get('port', 'number').number ?? 0);
}

/** Whether a match is for a Gateway that is not among the manifests, which has its own check. */
function namesMissingGateway(match: Field, cluster: Cluster): boolean {
  return match
    .get('gateways')
    .texts.filter(each => each !== MESH)
    .map(each => gatewayOf(each, match.resource.namespace))
    .some(({ namespace, name }) => !cluster.find(Kind.ISTIO_GATEWAY, name, namespace));
}
