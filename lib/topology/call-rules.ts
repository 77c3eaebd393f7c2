import { rejectAmbiguity } from './ambiguous-calls';
import { rejectBypass } from './bypassed-callees';
import type { Call } from './call';
import { rejectOnePortOutside } from './external-ports';
import type { ITopology } from './references';
import { ValidationError } from './validation-error';
import type { WorkloadProps } from './workload/workload-props';

/** Rejects a call of a service of another topology. */
export function rejectForeignCallee(
  path: string,
  callee: { readonly name: string; readonly topology: ITopology },
  topology: ITopology,
): void {
  if (callee.topology !== topology) {
    throw new ValidationError({
      code: 'ForeignService',
      path,
      summary: `${callee.name} belongs to the topology "${callee.topology.name}".`,
      fix:
        'Declare both in one topology (namespaces may differ), or call it by its contract, '
        + '`topology.addContract(…)`.',
    });
  }
}

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
