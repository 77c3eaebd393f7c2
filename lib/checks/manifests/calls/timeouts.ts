import { carriesRequests, type Cluster, protocolOf } from '../../../manifests';
import { apiLimitOf } from './api-limits';
import { policyOfEntry } from './call-policy';
import type { Call, Entry } from './node';

/** The timeout of an entry: that of its route, or of the managed API in front of it if that is shorter. */
export function timeOf(entry: Entry, cluster: Cluster): number {
  return Math.min(policyOfEntry(entry, cluster).timeout ?? Infinity, apiLimitOf(entry, cluster) ?? Infinity);
}

/** Ports that usually carry another protocol than HTTP, for Services without a declared protocol. */
const OTHERS = new Set([21, 22, 25, 53, 389, 1433, 1521, 2181, 3306, 4222, 5432, 5672, 6379, 9042, 9092, 11211, 27017]);

/**
 * Whether Istio handles the ports of a call as HTTP, so that a timeout can be set: without a declared protocol it
 * detects HTTP.
 */
export function seesRequests({ service, ports }: Call): boolean {
  return service.spec
    .get('ports')
    .items.filter(each => ports.size === 0 || ports.has(each.get('port').number ?? 0))
    .some(
      each => carriesRequests(each) ?? (protocolOf(each) === undefined && !OTHERS.has(each.get('port').number ?? 0)),
    );
}
