import { type Cluster, type Field, Kind, memo } from '../../manifests';
import { unusableKeys } from '../envoy-gateway';
import { gatewayApiListeners } from './gateway-api-listeners';
import { attachmentOf, type GatewayListener } from './listener';

/**
 * The keys because of which Envoy rejects the configuration of a port: one token provider whose keys in the manifests
 * are not usable is enough, on any route of any listener of the port.
 */
export function rejectedFor({ gateway, port }: GatewayListener, cluster: Cluster): Field | undefined {
  return gateway && rejectedPorts(cluster).get(`${gateway.key} ${port}`);
}

const rejectedPorts = memo((cluster: Cluster): ReadonlyMap<string, Field> => {
  const hasLocalKeys = cluster
    .all(Kind.SECURITY_POLICY)
    .some(({ spec }) => spec.get('jwt', 'providers').items.some(each => each.get('localJWKS').exists));
  const listeners = hasLocalKeys ? gatewayApiListeners(cluster) : [];
  return new Map(
    listeners.flatMap(listener => {
      const [place, { gateway, port }] = [attachmentOf(listener), listener];
      const keys =
        place
        && listener
          .virtualHosts()
          .flatMap(({ routes }) => routes)
          .map(({ rule }) => unusableKeys({ ...place, rule: rule.at }, cluster))
          .find(each => each !== undefined);
      return gateway && keys ? [[`${gateway.key} ${port}`, keys] as const] : [];
    }),
  );
});
