import type { Field } from '../../../manifests';
import type { Complain } from './rules';
import { checkDuration, checkPercent } from './shared';

const LEAST_SHARE = 0.0001;
const GRPC_STATUSES = new Set([
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]);

/** Faults that a rule injects. */
export function checkFault(fault: Field, complain: Complain): void {
  const [abort, delay] = [fault.get('abort'), fault.get('delay')];
  if (fault.exists && !abort.exists && !delay.exists) {
    complain(fault, 'The fault has neither an abort nor a delay.', 'Add one of them.');
  }
  [abort, delay].forEach(each => checkPercent(each.get('percentage', 'value'), complain, LEAST_SHARE));
  const [status, grpc, http2] = ['httpStatus', 'grpcStatus', 'http2Error'].map(name => abort.get(name));
  if (status?.exists && ((status.number ?? 0) < 200 || (status.number ?? 0) > 600)) {
    complain(status, `"${status.text}" is not a valid response status.`, 'Use 200 to 599.');
  }
  if (grpc?.exists && !GRPC_STATUSES.has(grpc.text)) {
    complain(grpc, `"${grpc.text}" is not a gRPC status.`, 'Use its name, such as UNAVAILABLE.');
  }
  if (http2?.exists) {
    complain(http2, 'Istio does not support http2Error in aborts.', 'Use httpStatus or grpcStatus.');
  }
  checkDuration(delay.get('fixedDelay'), complain);
  if (delay.get('exponentialDelay').exists) {
    complain(delay.get('exponentialDelay'), 'Istio does not support exponentialDelay.', 'Use fixedDelay.');
  }
}
