import type { Health } from './health';
import { ValidationError } from '../validation-error';
import { anyValue, type Validations } from './validations';

/** Probes that differ from each other; each is `health` unless it is given. */
export interface Probes {
  /**
   * Until it succeeds, the other two do not run; after too many failures the container is restarted.
   * @default - `health`, every 5 seconds and for 5 minutes
   */
  readonly startup?: Health;
  /**
   * While it fails, the pod gets no requests.
   * @default - `health`
   */
  readonly readiness?: Health;
  /**
   * After too many failures the container is restarted.
   * @default - `health`
   */
  readonly liveness?: Health;
}

export const OF_PROBES: Validations<Probes> = {
  startup: requireOneSuccess('startup'),
  readiness: anyValue,
  liveness: requireOneSuccess('liveness'),
};

/** Kubernetes accepts a success threshold for readiness only. */
function requireOneSuccess(what: string): (path: string, probe: Health) => void {
  return (path, probe) => {
    if ((probe.options.successThreshold ?? 1) !== 1) {
      throw new ValidationError({
        code: 'OutOfRange',
        path,
        summary: `The success threshold of the ${what} probe is ${probe.options.successThreshold}, and can only be 1.`,
        fix: 'Set it for `probes.readiness` only.',
      });
    }
  };
}
