import type { Verdict } from '../policies/authorization';
import type { Caller } from '../endpoints/caller';
import { ended, type SimulationResult } from '../clusters/simulation-result';
import { Unsimulated } from '../messages/unsimulated';
import type { GatewayListener } from './listener';

/**
 * Throws {@link Unsimulated} for a verdict that depends on what is unknown, unless the request is denied with the same
 * status in any case.
 */
export function requireKnown(verdict: Verdict | undefined, { title }: Caller, statusOtherwise?: number): void {
  if (verdict && verdict.isAllowed === undefined && verdict.status !== statusOtherwise) {
    throw (
      verdict.doubt?.()
      ?? new Unsimulated(`Policies of ${title} depend on what is unknown of the request.`, 'Test it in a cluster.')
    );
  }
}

/** Only Istio gateways enforce Istio policies. */
export function inMesh<T>({ caller }: GatewayListener, say: () => T): T | undefined {
  return caller.proxy.identity === undefined ? undefined : say();
}

/** The result of a request that a policy denies at a gateway. */
export function refused(
  { by, reason }: Verdict,
  status: number,
  { title }: Caller,
  steps: readonly string[],
): SimulationResult {
  return ended(
    { status, by, reason: `denied by ${by?.resource.kind ?? ''} ${by?.resource.key ?? ''} at ${title}: ${reason}` },
    steps,
  );
}
