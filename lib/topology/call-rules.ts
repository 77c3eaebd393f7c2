import { rejectAmbiguity } from './ambiguous-calls';
import { rejectBypass } from './bypassed-callees';
import type { Call } from './call';
import { rejectOnePortOutside } from './external-ports';
import type { WorkloadProps } from './workload/workload-props';

/**
 * Rejects a call that contradicts another one of its caller, or how the caller runs.
 * @param versions the versions of the caller
 */
export function rejectContradictoryCall(
  path: string,
  call: Call,
  others: readonly Call[],
  versions: Iterable<{ readonly workload: WorkloadProps }>,
): void {
  const workloads = [...versions].map(({ workload }) => workload);
  rejectAmbiguity(path, call, others, workloads);
  rejectOnePortOutside(path, call, others);
  rejectBypass(path, call, workloads);
}
