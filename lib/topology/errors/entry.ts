/** What an error code of the model means. */
export interface ErrorEntry {
  /** The code, as it stands in parentheses at the end of the message. */
  readonly id: string;
  /** What was declared, without a full stop. */
  readonly summary: string;
  /** Why it cannot work, and what to do. */
  readonly explanation: string;
}
