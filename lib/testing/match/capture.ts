import { compare } from './compare';
import { type Comparison, shown } from './comparison';
import { Matcher } from './matcher';

/** A matcher that records the value at its place, for each object that matches as a whole. */
export class Capture extends Matcher {
  /** The name in messages. */
  readonly name = 'Capture';
  private readonly values: unknown[] = [];
  private position = 0;

  /**
   * @param pattern what the value must match
   */
  constructor(private readonly pattern?: unknown) {
    super();
  }

  /** @internal */
  compare(actual: unknown, comparison: Comparison): void {
    if (actual === undefined || actual === null) {
      comparison.differs('Can only capture non-nullish values, but found none');
      return;
    }
    if (this.pattern !== undefined) {
      compare(this.pattern, actual, comparison, { allowsMore: false });
    }
    comparison.whenMatched(() => this.values.push(actual));
  }

  /** Moves on to the value of the next matching object. Returns false if there is none. */
  next(): boolean {
    if (this.position < this.values.length - 1) {
      this.position++;
      return true;
    }
    return false;
  }

  /** The value, a string. Throws if it is not one. */
  asString(): string {
    return this.of('string', (value): value is string => typeof value === 'string');
  }

  /** The value, a number. Throws if it is not one. */
  asNumber(): number {
    return this.of('number', (value): value is number => typeof value === 'number');
  }

  /** The value, a boolean. Throws if it is not one. */
  asBoolean(): boolean {
    return this.of('boolean', (value): value is boolean => typeof value === 'boolean');
  }

  /** The value, an array. Throws if it is not one. */
  asArray(): unknown[] {
    return this.of('array', (value): value is unknown[] => Array.isArray(value));
  }

  /** The value, an object. Throws if it is not one. */
  asObject(): Record<string, unknown> {
    return this.of(
      'object',
      (value): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value),
    );
  }

  private of<T>(type: string, isOfType: (value: unknown) => value is T): T {
    if (this.values.length === 0) {
      throw new Error('No value was captured: no object matched.');
    }
    const value = this.values[this.position];
    if (!isOfType(value)) {
      throw new Error(`The captured value is expected to be of type ${type}, but is ${shown(value)}.`);
    }
    return value;
  }
}
