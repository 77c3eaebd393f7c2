import {
  type Cluster,
  covers,
  type Field,
  fullHost,
  isAutomatic,
  Kind,
  Membership,
  membershipOf,
  modeFor,
  offersMutualTls,
  portNumber,
  type Resource,
  Selecting,
  targetPortOf,
  type Workload,
} from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { type EntryRequest } from './entry-matches';
import { type EntryProxy, policiesOf } from './entry-proxies';
import { isAllowed, type PolicyInput } from './entry-rules';
import { and, type Known, or } from './known';
import type { Entry } from './node';

/** A request at a gateway, or any request for a path. */
export type AuthorizationInput = Pick<
  PolicyInput,
  'path' | 'method' | 'host' | 'headers' | 'mayHaveToken' | 'isTcp'
> & { readonly port?: number };

/** What a request without credentials is to policies. */
export function withoutCredentials(
  { host, port, method, path, headers }: EntryRequest,
  isTcp: boolean,
): AuthorizationInput {
  return { host: [80, 443].includes(port) ? host : undefined, port, method, path, headers, mayHaveToken: false, isTcp };
}

/** What the policies for the Pods of a gateway make of a request from outside the cluster. */
export function isAllowedAt(proxy: EntryProxy, asked: AuthorizationInput, cluster: Cluster): Known {
  const { certain, possible } = policiesOf(proxy, cluster);
  const [first, ...others] = podPortsOf(proxy, asked.port, cluster).flatMap(port => {
    const input: PolicyInput = { ...asked, identity: '', port };
    return [isAllowed(certain, input), ...possible.map(each => isAllowed([...certain, each], input))];
  });
  return others.every(each => each === first) ? first : undefined;
}

/** The ports on which Pods that no manifest has may listen: that of the Gateway, or one behind their Service. */
function podPortsOf(
  { labels, isAssumed }: EntryProxy,
  port: number | undefined,
  cluster: Cluster,
): (number | undefined)[] {
  const translated = isAssumed
    ? Gateways.of(cluster)
        .select(labels)
        .flatMap(each => each.ports)
        .filter(each => each.port === port)
        .map(each => each.targetPort)
    : [];
  return [...new Set([port, ...translated])];
}

/** What the policies of some workload behind the Service of an entry make of a request that a gateway sends on. */
export function isAllowedBehind(proxy: EntryProxy, entry: Entry, asked: AuthorizationInput, cluster: Cluster): Known {
  return or(cluster.selectedBy(entry.service).map(each => isAllowedInto(each, proxy, entry, asked, cluster)));
}

function isAllowedInto(
  workload: Workload,
  { identity }: EntryProxy,
  entry: Entry,
  asked: AuthorizationInput,
  cluster: Cluster,
): Known {
  const port = portAt(workload, entry);
  const policies = policiesFor(workload, cluster);
  switch (membershipOf(workload, cluster)) {
    case Membership.NONE:
      return cluster.find(Kind.NAMESPACE, workload.namespace)
        ? true
        : isAllowed(policies, inside(undefined)) || undefined;
    case Membership.AMBIENT:
      return policies.length === 0 ? true : undefined;
    case Membership.SIDECAR: {
      const mode = modeFor(workload, cluster, port);
      const seen = identity === '' ? '' : seenIdentity(identity, workload, entry, mode, cluster);
      const isAccepted =
        mode !== 'STRICT' || (seen === undefined && identity === undefined)
          ? true
          : seen === undefined
            ? undefined
            : seen !== '';
      return and([isAllowed(policies, inside(seen)), isAccepted]);
    }
  }
  function inside(seen: string | undefined): PolicyInput {
    return { ...asked, ...rewritten(entry.rule, asked), identity: seen, port };
  }
}

/** The policies for the workloads behind the Service of an entry. */
export function policiesBehind({ service }: Entry, cluster: Cluster): Resource[] {
  return [...new Set(cluster.selectedBy(service).flatMap(each => policiesFor(each, cluster)))];
}

/** The policies that a workload's proxy keeps: those with targets are for waypoints. */
function policiesFor(workload: Workload, cluster: Cluster): readonly Resource[] {
  const index = Selecting.of(cluster, Kind.AUTHORIZATION_POLICY, 'selector', 'matchLabels');
  return [
    ...new Set([
      ...index.selecting(workload),
      ...index.defaults(workload.namespace),
      ...index.defaults(cluster.mesh.rootNamespace),
    ]),
  ];
}

/**
 * The gateway's identity as a workload sees it: empty where the connection has no TLS, undefined where that cannot be
 * told.
 */
function seenIdentity(
  identity: string | undefined,
  workload: Workload,
  { service }: Entry,
  mode: string,
  cluster: Cluster,
): string | undefined {
  const host = fullHost(service.name, service.namespace, cluster.clusterDomain);
  const modes = tlsRules(cluster)
    .filter(each => covers(each.host, host))
    .flatMap(each => each.modes);
  const isOffered = offersMutualTls(workload, cluster);
  if (!isAutomatic(cluster) || modes.some(each => each !== 'ISTIO_MUTUAL')) {
    return undefined;
  }
  return isOffered && mode !== 'DISABLE' ? identity : !isOffered && modes.length === 0 ? '' : undefined;
}

interface TlsRule {
  readonly host: string;
  readonly modes: readonly string[];
}

const TLS_RULES = new WeakMap<Cluster, readonly TlsRule[]>();

/** DestinationRules that set the TLS of connections. */
function tlsRules(cluster: Cluster): readonly TlsRule[] {
  const known =
    TLS_RULES.get(cluster)
    ?? cluster
      .all(Kind.DESTINATION_RULE)
      .map(({ spec, namespace }) => ({
        host: fullHost(spec.get('host').text, namespace, cluster.clusterDomain),
        modes: [spec, ...spec.get('subsets').items]
          .map(each => each.get('trafficPolicy'))
          .flatMap(each => [each, ...each.get('portLevelSettings').items])
          .map(each => each.get('tls'))
          .filter(each => each.exists)
          .map(each => each.get('mode').text),
      }))
      .filter(each => each.modes.length > 0);
  TLS_RULES.set(cluster, known);
  return known;
}

/** The port of the Pods to which an entry leads. */
function portAt(workload: Workload, { service, port }: Entry): number | undefined {
  const ports = service.spec.get('ports').items;
  const found = port === undefined && ports.length === 1 ? ports[0] : ports.find(each => portNumber(each) === port);
  return found && targetPortOf(found, workload);
}

/** What a rule makes of a request; a path that depends on the match is not told. */
function rewritten(
  rule: Field,
  { path, host, headers }: AuthorizationInput,
): Pick<PolicyInput, 'path' | 'host' | 'headers'> {
  const filters = rule.get('filters').items;
  const rewrites = [rule.get('rewrite'), ...filters.map(each => each.get('urlRewrite'))].filter(each => each.exists);
  const changesHeaders =
    rule.get('headers').exists
    || filters.some(each => each.get('requestHeaderModifier').exists || each.get('type').text === 'ExtensionRef')
    || [...rule.get('route').items, ...rule.get('backendRefs').items].some(
      each => each.get('headers').exists || each.get('filters').exists,
    );
  const changesPath = rewrites.some(
    each => each.get('uri').exists || each.get('uriRegexRewrite').exists || each.get('path').exists,
  );
  return {
    path: changesPath ? rewrites.map(each => each.get('path', 'replaceFullPath').text).find(each => each !== '') : path,
    host: rewrites.some(each => each.get('authority').exists || each.get('hostname').exists) ? undefined : host,
    headers: changesHeaders ? undefined : headers,
  };
}
