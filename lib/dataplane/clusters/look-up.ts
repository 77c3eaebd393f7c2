import { aliasedHost, type Field, type Host, isAutomatic, Kind, portsOf, portNumber } from '../../manifests';
import type { Context } from './context';
import type { Security } from '../endpoints/security';
import { DestinationRules } from './destination-rule';
import { backendTlsOfGateway } from '../endpoints/backend-tls';
import {
  chosenEndpoints,
  type Endpoint,
  endpointsOf,
  headlessTlsMode,
  isDialled,
  isHeadless,
  requireChoice,
} from '../endpoints/endpoints';
import type { Proxy } from '../endpoints/proxy';
import { Scope } from '../virtual-hosts/scope';

/** If the client has chosen the Pod, retries go to the same one. */
type Lookup =
  | { readonly problem: string }
  | {
      readonly host: Host;
      readonly port: Field;
      readonly title: string;
      readonly endpoints: readonly Endpoint[];
      readonly security: Security;
      readonly isChosen?: boolean;
    };

/** Resolves a route's destination at a proxy. */
export function lookUp(
  { host, port, subset }: { host?: string; port?: number; subset?: string },
  asked: number,
  proxy: Proxy,
  { cluster }: Context,
  dialed?: string,
): Lookup {
  if (host === undefined) {
    return { problem: 'a backend that it is not allowed to reference' };
  }
  const number = port ?? impliedPort(host, asked, proxy, cluster);
  const found = Scope.of(proxy, cluster).destination(concreteHost(host, asked, proxy, cluster), number);
  if (!found || (aliasedHost(found.host.resource) !== undefined && isOfIstio(proxy))) {
    return { problem: `${host}:${number}, for which the proxy has no cluster` };
  }
  if (!isOfIstio(proxy)) {
    return ofOtherGateway(found, number, subset, cluster);
  }
  const rules = DestinationRules.for(proxy, found.host, cluster);
  const labels = subset === undefined ? {} : rules.subset(subset)?.labels;
  if (!labels) {
    return { problem: `subset ${subset} of ${host}, which no DestinationRule declares` };
  }
  const title = `${host}:${number}${subset === undefined ? '' : `, subset ${subset}`}`;
  const tlsMode = rules.tlsMode(number, subset)?.text;
  const backendTls = rules.backendTls(number, subset);
  const serverName = rules.tls(number, subset)?.get('sni').text || `outbound_.${number}_.${subset ?? ''}_.${host}`;
  if (!isHeadless(found.host) || proxy.isGateway) {
    const endpoints = endpointsOf(found.host, found.port, labels, cluster);
    const isOriginal = isDialled(found.host) && endpoints.every(each => each.outside === found.host.name);
    if (isOriginal && dialed !== undefined) {
      requireChoice(found.host, dialed);
    }
    return {
      ...found,
      title,
      isChosen: isOriginal,
      // A gateway has no address that the client has dialled.
      endpoints: isOriginal && proxy.isGateway ? [] : endpoints,
      security: { tlsMode, serverName, backendTls, isExternal: isExternal(found.host) },
    };
  }
  if (dialed !== undefined) {
    requireChoice(found.host, dialed);
  }
  return {
    ...found,
    title,
    isChosen: true,
    endpoints: chosenEndpoints(found.host, number, cluster),
    security: {
      serverName,
      backendTls,
      tlsMode: tlsMode ?? (isAutomatic(cluster) ? headlessTlsMode(found.host, cluster) : undefined),
    },
  };
}

/**
 * The destination in place of a Service of type ExternalName: the host for which it is a name, by one step, where the
 * proxy has the Service, which for a sidecar needs the port of the request.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/networking/core/route/route.go
 */
function concreteHost(host: string, asked: number, proxy: Proxy, cluster: Context['cluster']): string {
  const [alias] = cluster.hosts.visible(host, proxy.namespace);
  const concrete = alias && aliasedHost(alias.resource);
  const isKnown = proxy.isGateway || (alias && portsOf(alias).some(each => portNumber(each) === asked));
  return concrete !== undefined && isOfIstio(proxy) && isKnown ? concrete : host;
}

function isOfIstio({ isGateway, identity }: Proxy): boolean {
  return !isGateway || identity !== undefined;
}

/** A gateway outside the mesh has no DestinationRules. */
function ofOtherGateway(
  found: { readonly host: Host; readonly port: Field },
  number: number,
  subset: string | undefined,
  cluster: Context['cluster'],
): Lookup {
  const backendTls = backendTlsOfGateway(found.host, number, cluster);
  const host = `${found.host.name}:${number}`;
  return subset === undefined
    ? {
        ...found,
        title: host,
        endpoints: endpointsOf(found.host, found.port, {}, cluster),
        security: { backendTls, tlsMode: backendTls && 'SIMPLE', isExternal: isExternal(found.host) },
      }
    : { problem: `subset ${subset} of ${host}, which only proxies of Istio have` };
}

/** A ServiceEntry is outside the mesh by default. */
function isExternal({ resource }: Host): boolean {
  return resource.type === Kind.SERVICE_ENTRY && resource.spec.get('location').text !== 'MESH_INTERNAL';
}

/** Without a port, a gateway uses the only port of a host; a sidecar uses the port of the request. */
function impliedPort(host: string, asked: number, proxy: Proxy, cluster: Context['cluster']): number {
  const [named] = proxy.isGateway ? cluster.hosts.visible(host, proxy.namespace) : [];
  const [only, ...others] = named ? portsOf(named) : [];
  return only && others.length === 0 ? (portNumber(only) ?? asked) : asked;
}
