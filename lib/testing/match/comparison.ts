/** The comparison of a value with what is expected: the differences, and what captures record if there are none. */
export class Comparison {
  /** The differences, each with the path of the value. */
  readonly differences: string[] = [];
  private readonly captured: (() => void)[] = [];

  constructor(private readonly path = '') {}

  /** Whether the value is as expected. */
  get isMatch(): boolean {
    return this.differences.length === 0;
  }

  /** Records a difference of the value itself. */
  differs(message: string): void {
    this.differences.push(`${message} at ${this.path === '' ? 'the root' : this.path}`);
  }

  /** Postpones what a capture records until the whole object is as expected. */
  whenMatched(record: () => void): void {
    this.captured.push(record);
  }

  /** The comparison of a part of the value, which may be tried before it is included. */
  of(part: string | number): Comparison {
    return new Comparison(`${this.path}/${part}`);
  }

  /** Makes the result for a part a result for the whole. */
  include({ differences, captured }: Comparison): void {
    this.differences.push(...differences);
    this.captured.push(...captured);
  }

  /** Lets captures record their values. */
  finish(): void {
    this.captured.forEach(record => {
      record();
    });
  }
}

/** A value as it is shown in a message. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
