import type { Topology } from '../../topology';
import { PAUSE } from '../pause';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Retries whose last attempt gets less time than perTryTimeout, because the call's timeout expires first. */
export function truncatedTries(topology: Topology): SynthesisFinding[] {
  return topology.services.flatMap(caller =>
    caller.outgoingCalls.flatMap(({ callee, policy: { timeout, retries } }) => {
      if (!timeout || !retries?.perTryTimeout || retries.attempts === 0) {
        return [];
      }
      const needed = (1 + retries.attempts) * retries.perTryTimeout.toMilliseconds() + retries.attempts * PAUSE;
      return needed <= timeout.toMilliseconds()
        ? []
        : [
            {
              id: 'TruncatedRetries',
              severity: Severity.WARNING,
              path: `${caller.path} → ${callee.name}`,
              message:
                `${1 + retries.attempts} attempts of ${retries.perTryTimeout.toMilliseconds()} ms with their `
                + `back-off need ${needed} ms, `
                + `and the timeout of ${timeout.toMilliseconds()} ms cuts the last one short.`,
              fix: `Raise the timeout to ${needed} ms, or lower perTryTimeout.`,
            },
          ];
    }),
  );
}
