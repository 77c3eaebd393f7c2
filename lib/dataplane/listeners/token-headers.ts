import { type Cluster, Kind } from '../../manifests';
import { headersOfTokens, tokenHeaders } from '../envoy-gateway';
import type { Message } from '../messages/message';
import { attachmentOf, type GatewayListener } from './listener';

/**
 * The headers of a request that token providers write on any route of its listener: those of all routes are in one
 * filter of Envoy.
 */
export function headersOfProviders(listener: GatewayListener, { headers }: Message, cluster: Cluster): string[] {
  const place = attachmentOf(listener);
  const isWritten = cluster
    .all(Kind.SECURITY_POLICY)
    .some(({ spec }) => headersOfTokens(spec.get('jwt')).some(each => each in headers));
  return isWritten && place
    ? listener
        .virtualHosts()
        .flatMap(({ routes }) => routes)
        .flatMap(({ rule }) => tokenHeaders({ ...place, rule: rule.at }, cluster))
    : [];
}
