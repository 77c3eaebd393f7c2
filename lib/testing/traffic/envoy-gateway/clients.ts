import { type Cluster, Kind, type Resource } from '../../../manifests';
import type { Message } from '../message';
import { headerModifier, operated } from '../routes/header-operations';
import { CLIENT_TRAFFIC_POLICY, ENVOY_PROXY } from '../unread/envoy-gateway';
import { requireRead } from '../unread/read';
import { type Attachment, policyFor } from './attachment';

/** The client settings of a listener, from its ClientTrafficPolicy. */
export interface ClientTerms {
  /** Whether it requires client certificates. */
  readonly needsCertificate: boolean;
  /** Early header changes, before all other filters. */
  readonly received: (message: Message) => Message;
}

/** @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy */
export function clientTerms(place: Attachment, cluster: Cluster): ClientTerms {
  requireProxyRead(place.gateway, cluster);
  const policy = policyFor(Kind.CLIENT_TRAFFIC_POLICY, place, cluster);
  if (!policy) {
    return { needsCertificate: false, received: message => message };
  }
  requireRead(policy.spec, CLIENT_TRAFFIC_POLICY);
  const validation = policy.spec.get('tls', 'clientValidation');
  const early = headerModifier(policy.spec.get('headers', 'earlyRequestHeaders'));
  return {
    needsCertificate: validation.exists && !validation.get('optional').isTrue,
    received: message => ({ ...message, headers: operated(message.headers, early) }),
  };
}

/** The EnvoyProxy of a Gateway, or that of its class. */
function requireProxyRead(gateway: Resource, cluster: Cluster): void {
  const own = gateway.spec.get('infrastructure', 'parametersRef', 'name').text;
  const common = cluster.find(Kind.GATEWAY_CLASS, gateway.spec.get('gatewayClassName').text)?.spec.get('parametersRef');
  const proxies = [
    cluster.find(ENVOY_PROXIES, own, gateway.namespace), common?.exists ? cluster.find(ENVOY_PROXIES, common.get('name').text, common.get('namespace').text) : undefined,
  ];
  proxies.forEach(each => each && requireRead(each.spec, ENVOY_PROXY));
}

const ENVOY_PROXIES = 'EnvoyProxy.gateway.envoyproxy.io';
