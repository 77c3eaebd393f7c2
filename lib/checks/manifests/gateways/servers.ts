import { type Cluster, type Field, hasLabels, Kind, type Labels, type Resource } from '../../../manifests';
import { Gateways } from '../../../dataplane';

/** A server of an Istio Gateway. */
export interface Server {
  readonly gateway: Resource;
  readonly at: Field;
  readonly selector: Labels;
  readonly port: string;
  readonly bind: string;
  readonly hosts: readonly ServerHost[];
}

/** A host of a server, with the namespace whose VirtualServices may use it: `*` for all. */
export interface ServerHost {
  readonly scope: string;
  readonly name: string;
}

/** All servers by port: servers on different ports never conflict. */
export function serversByPort(cluster: Cluster): Map<string, Server[]> {
  const servers = new Map<string, Server[]>();
  for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
    for (const at of gateway.spec.get('servers').items) {
      const port = at.get('port', 'number').text;
      if (port === '') {
        continue;
      }
      const server = {
        gateway,
        at,
        selector: gateway.spec.get('selector').strings,
        port,
        bind: at.get('bind').text,
        hosts: at.get('hosts').texts.map(each => hostOf(each, gateway.namespace)),
      };
      const others = servers.get(port);
      if (others) {
        others.push(server);
      } else {
        servers.set(port, [server]);
      }
    }
  }
  return servers;
}

/** Whether a pod may serve both: the selectors are equal, or select common pods. */
export function sharePods(one: Server, other: Server, cluster: Cluster): boolean {
  if (hasLabels(one.selector, other.selector) && hasLabels(other.selector, one.selector)) {
    return true;
  }
  return (
    Gateways.of(cluster)
      .select(one.selector)
      .some(each => hasLabels(each.labels, other.selector))
    || cluster.workloads.select(one.selector).some(each => hasLabels(each.labels, other.selector))
  );
}

/** Whether VirtualServices of a common namespace may use both hosts. */
export function shareScope(one: ServerHost, other: ServerHost): boolean {
  return one.scope === other.scope || one.scope === '*' || other.scope === '*';
}

function hostOf(text: string, namespace: string): ServerHost {
  const [scope = '', name] = text.toLowerCase().split('/');
  return name === undefined ? { scope: '*', name: scope } : { scope: scope === '.' ? namespace : scope, name };
}
