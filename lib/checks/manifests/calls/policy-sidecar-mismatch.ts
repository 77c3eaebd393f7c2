import { type Call, Evidence } from './node';

/** Whether the evidence is on the caller's side, not only on the callee's. */
export function isDeclared({ evidence }: Call): boolean {
  return evidence.has(Evidence.SIDECAR) || evidence.has(Evidence.ADDRESS);
}
