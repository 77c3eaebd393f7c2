import { type Cluster, Kind } from '../../../manifests';
import type { Message } from '../message';
import { headerModifier, operated } from '../routes/header-operations';
import { CLIENT_TRAFFIC_POLICY } from '../unread/envoy-gateway';
import { requireRead } from '../unread/read';
import { type Attachment, policyFor } from './attachment';

/** What the ClientTrafficPolicy of a listener makes of clients. */
export interface ClientTerms {
  /** Whether it wants a certificate of them. */
  readonly needsCertificate: boolean;
  /** What becomes of the headers that they send, before anything else. */
  readonly received: (message: Message) => Message;
}

/** @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy */
export function clientTerms(place: Attachment, cluster: Cluster): ClientTerms {
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
