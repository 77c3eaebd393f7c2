import { fullHost } from './hosts';
import { Kind } from './kinds';
import type { Resource } from './resource';

/** Kinds of which one without a selector applies in a namespace. */
const DEFAULTS: ReadonlySet<string> = new Set<string>([Kind.PEER_AUTHENTICATION, Kind.SIDECAR, Kind.TELEMETRY]);
const CLUSTER_DOMAIN = 'cluster.local';

/**
 * What an object is for, of which a proxy applies one: the rules of a host between workloads, the policy of a host, the
 * default of a namespace. Several of one purpose, each in its file, are variants to choose from.
 */
export function subjectsOf(resource: Resource): readonly string[] {
  const { type, namespace, spec } = resource;
  if (type === Kind.VIRTUAL_SERVICE) {
    const gateways = spec.get('gateways').texts;
    return gateways.length === 0 || gateways.includes('mesh')
      ? spec.get('hosts').texts.map(each => `${type} ${fullHost(each, namespace, CLUSTER_DOMAIN)}`)
      : [];
  }
  if (type === Kind.DESTINATION_RULE) {
    return [`${type} ${namespace} ${fullHost(spec.get('host').text, namespace, CLUSTER_DOMAIN)}`];
  }
  return DEFAULTS.has(type) && !spec.get('selector').exists && !spec.get('workloadSelector').exists
    ? [`${type} ${namespace}`]
    : [];
}
