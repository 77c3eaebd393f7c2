import assert from 'node:assert/strict';

/** Event loops count a timer from their last turn, so that one of a proxy can end before the caller counts its time. */
const TIMER_TOLERANCE_MS = 20;

/** Requires that a reply came after a time in milliseconds, and sooner than a response without it. */
export function assertCameAfter({ ms }: { readonly ms: number }, atLeast: number, below: number): void {
  assert.ok(ms >= atLeast - TIMER_TOLERANCE_MS && ms < below, `it came after ${ms} ms, not ${atLeast} to ${below} ms`);
}
