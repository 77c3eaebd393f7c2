import { addTo, type Cluster, type Field, Kind, memo, type Resource, wildcardsOver } from '../../manifests';
import { gatewayListeners } from '../listeners/ingress';
import { serverHosts } from '../listeners/server-hosts';
import type { GatewayListener } from '../listeners/listener';

/** The protocol whose rules a server evaluates. */
export type RuleKind = 'http' | 'tls' | 'tcp';

export function ruleKindOf({ carriesRequests, tls }: GatewayListener): RuleKind {
  return carriesRequests ? 'http' : tls === 'passthrough' ? 'tls' : 'tcp';
}

/** The servers of Gateways of Istio by their hosts, so that they are not compared with all VirtualServices. */
export class Servers {
  /** Those of a cluster. */
  static readonly of = memo((cluster: Cluster) => new Servers(cluster));

  private readonly byHost = new Map<string, Serving[]>();
  private readonly below = new Map<string, Serving[]>();
  private readonly byServerName = new Map<string, GatewayListener[]>();

  private constructor(cluster: Cluster) {
    const seen = new Set<string>();
    for (const listener of gatewayListeners(cluster).filter(each => each.at.resource.type === Kind.ISTIO_GATEWAY)) {
      const { key } = listener.at.resource;
      const server = `${key} ${String(listener.at)}`;
      for (const { scope, host } of seen.has(server) ? [] : serverHosts(listener.at)) {
        const serving = { listener, scope };
        addTo(this.byHost, `${key} ${host}`, serving);
        wildcardsOver(host).forEach(each => addTo(this.below, `${key} ${each}`, serving));
        if (listener.tls !== 'none') {
          addTo(this.byServerName, `${podsOf(listener)} ${host}`, listener);
        }
      }
      seen.add(server);
    }
  }

  /** The servers of a Gateway that serve a host, or a part of a wildcard, for VirtualServices of a namespace. */
  serving(gateway: Resource, host: string, namespace: string): GatewayListener[] {
    const found = [host, ...wildcardsOver(host)].flatMap(each => this.byHost.get(`${gateway.key} ${each}`) ?? []);
    const parts = host.startsWith('*') ? (this.below.get(`${gateway.key} ${host}`) ?? []) : [];
    const own = [...found, ...parts].filter(({ scope }) => ['*', namespace].includes(scope));
    return [...new Set(own.map(each => each.listener))];
  }

  /** The server of the same Pods and port that TLS clients of a host reach instead: one with a longer name. */
  before(listener: GatewayListener, host: string): Field | undefined {
    const own = serverHosts(listener.at).map(each => each.host);
    for (const name of [host, ...wildcardsOver(host)]) {
      const [rival] = this.byServerName.get(`${podsOf(listener)} ${name}`) ?? [];
      if (rival || own.includes(name)) {
        return own.includes(name) ? undefined : rival?.at;
      }
    }
    return undefined;
  }
}

/** A server with the namespace whose VirtualServices may use its host, `*` for all. */
interface Serving {
  readonly listener: GatewayListener;
  readonly scope: string;
}

function podsOf({ caller, podPort }: GatewayListener): string {
  return `${caller.namespace} ${JSON.stringify(caller.labels)} ${podPort}`;
}
