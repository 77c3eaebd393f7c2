import { addTo, type Field } from '../../manifests';
import type { ListenerTls } from './listener';

/** The hosts of a server, each with the namespace whose VirtualServices may use it: `*` for all. */
export function serverHosts(server: Field): { readonly scope: string; readonly host: string }[] {
  return server.get('hosts').texts.flatMap(text => {
    const [scope = '', host] = text.includes('/') ? text.split('/') : ['*', text];
    return host === undefined
      ? []
      : [{ scope: scope === '.' ? server.resource.namespace : scope, host: host.toLowerCase() }];
  });
}

/**
 * For the Pods and port of servers, by a key, the first one whose server name an earlier one has: that would be two filter
 * chains with one match. istiod leaves out servers with a host that is written alike, with its namespace.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/gateway.go
 */
export function serverConflicts<T extends { readonly at: Field; readonly tls: ListenerTls }>(
  servers: readonly T[],
  keyOf: (server: T) => string,
): ReadonlyMap<string, Field | undefined> {
  const terminating = new Map<string, Field[]>();
  servers
    .filter(({ tls }) => tls !== 'none' && tls !== 'passthrough')
    .forEach(each => addTo(terminating, keyOf(each), each.at));
  return new Map([...terminating].map(([key, own]) => [key, conflictAmong(own)]));
}

function conflictAmong(servers: readonly Field[]): Field | undefined {
  const [texts, names] = [new Set<string>(), new Set<string>()];
  for (const at of servers) {
    const hosts = serverHosts(at);
    const written = hosts.map(each => `${each.scope}/${each.host}`);
    if (written.every(each => !texts.has(each))) {
      if (hosts.some(each => names.has(each.host))) {
        return at;
      }
      written.forEach(each => texts.add(each));
      hosts.forEach(each => names.add(each.host));
    }
  }
  return undefined;
}

/** Why Envoy accepts no connections on a port with a conflict. */
export function rejectedPort(conflict: Field, gateway: string): string {
  const place = `${conflict.resource.key} has a server name of another server (${String(conflict)})`;
  return `${gateway} rejects the configuration of the port, since ${place}`;
}
