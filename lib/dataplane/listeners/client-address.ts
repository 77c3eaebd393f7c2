import { isIP } from 'node:net';
import { type Cluster, embedded, type Field, Kind, type Resource } from '../../manifests';
import { forwardedFor, type Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import type { GatewayListener } from './listener';

const ANNOTATION = 'proxy.istio.io/config';

/**
 * A request with the address of its client as one of Istio's gateways determines it: that of the connection, or the
 * entry of `x-forwarded-for` at the number of trusted proxies, from the right. With fewer entries it is that of the
 * connection.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
 */
export function withClientAddress(listener: GatewayListener, message: Message, cluster: Cluster): Message {
  const counts = new Set(configsOf(listener, cluster).map(trustedProxiesIn));
  const [count = 0] = counts;
  if (counts.size > 1) {
    throw new Unsimulated(
      `The Pods of ${listener.caller.title} have different \`gatewayTopology\`.`,
      'Set the same in the annotation of all.',
    );
  }
  const entry = count > 0 ? forwardedFor(message).at(-count) : undefined;
  return entry !== undefined && isIP(entry) !== 0 ? { ...message, address: entry } : message;
}

/** A request as gateways read and pass it on: `x-forwarded-for` ends with the address of the connection. */
export function withForwarded(message: Message, address: string | undefined): Message {
  const entries = [...forwardedFor(message), address ?? UNKNOWN];
  return entries.length === 1 && address === undefined
    ? message
    : { ...message, headers: { ...message.headers, 'x-forwarded-for': entries.join(',') } };
}

/** An address that a request does not state. */
const UNKNOWN = 'unknown';

/** The settings of proxies in the annotations of their Pods. */
function configsOf({ gateway, caller: { namespace, labels } }: GatewayListener, cluster: Cluster): Field[] {
  return gateway
    ? [configOf(gateway, cluster)]
    : cluster.workloads
        .select(labels, namespace)
        .map(({ template }) => template.get('metadata', 'annotations', ANNOTATION));
}

/** The settings of the proxies that istiod deploys: its overlay of the Deployment precedes annotations of the Gateway. */
function configOf({ spec, namespace }: Resource, cluster: Cluster): Field {
  const parameters = spec.get('infrastructure', 'parametersRef');
  const overlays =
    parameters.get('kind').text === 'ConfigMap'
      ? cluster.find(Kind.CONFIG_MAP, parameters.get('name').text, namespace)
      : undefined;
  const overlay = overlays?.root.get('data', 'deployment');
  const config = overlay?.exists
    ? embedded(overlay).get('spec', 'template', 'metadata', 'annotations', ANNOTATION)
    : undefined;
  return config?.exists ? config : spec.get('infrastructure', 'annotations', ANNOTATION);
}

function trustedProxiesIn(config: Field): number {
  const topology = config.exists ? embedded(config).get('gatewayTopology') : config;
  const unread = topology.entries.find(([name]) => name !== 'numTrustedProxies');
  if (unread) {
    throw new Unsimulated(
      `The annotation ${ANNOTATION} has a field that is not simulated: gatewayTopology.${unread[0]}.`,
      'Remove it from the manifests of the test, or test it in a cluster.',
    );
  }
  return topology.exists ? (topology.get('numTrustedProxies').number ?? 0) : 0;
}
