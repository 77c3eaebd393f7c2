import type { ErrorCode } from './errors';
import { withUserFrames } from './user-frames';

/** Properties of a {@link ValidationError}. */
export interface ValidationErrorProps {
  /** A stable name for this kind of error, e.g. `UnknownVersion`: `cardinal check --explain` has its meaning. */
  readonly code: ErrorCode;
  /** The path of what was declared, e.g. `boutique/paymentservice`. */
  readonly path: string;
  /** What was declared and why it cannot work, as one sentence. */
  readonly summary: string;
  /** The fix, as one sentence. */
  readonly fix: string;
}

/** An invalid declaration; thrown at the line that makes it. */
export class ValidationError extends Error {
  /** A stable name for this kind of error, e.g. `UnknownVersion`. */
  declare readonly code: ErrorCode;
  /** The path of what was declared, e.g. `boutique/paymentservice`. */
  declare readonly path: string;
  /** What was declared and why it cannot work, as one sentence. */
  declare readonly summary: string;
  /** The fix, as one sentence. */
  declare readonly fix: string;

  constructor(props: ValidationErrorProps) {
    super(`[${props.path}] ${props.summary} ${props.fix} (${props.code})`);
    // Not enumerable: a printed error would otherwise contain everything twice.
    for (const [name, value] of Object.entries({ ...props, name: 'ValidationError' })) {
      Object.defineProperty(this, name, { value });
    }
    withUserFrames(this);
  }
}
