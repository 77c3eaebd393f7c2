import { type Cluster, memo } from '../../manifests';
import { clientTerms } from '../envoy-gateway';
import { attachmentOf, type GatewayListener } from './listener';

/** Whether a listener ends connections of clients without a certificate that it accepts. */
export const needsClientCertificate = memo((listener: GatewayListener, cluster: Cluster): boolean => {
  const place = attachmentOf(listener);
  return (
    listener.tls === 'mutual'
    || (listener.tls === 'simple' && place !== undefined && clientTerms(place, cluster).needsCertificate)
  );
});
