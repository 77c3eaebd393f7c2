import { requireHeaderName, ValidationError } from '../topology';

/** The value of a tag of spans. */
export class TraceTag {
  /** The same value in all spans. */
  static literal(value: string): TraceTag {
    requireText('TraceTag.literal', 'value', value);
    return new TraceTag({ literal: { value } });
  }

  /** The value of a request header; without `defaultValue`, requests without the header have no tag. */
  static header(name: string, defaultValue?: string): TraceTag {
    requireHeaderName('TraceTag.header', name);
    return new TraceTag({ header: { name, defaultValue } });
  }

  /** The value of an environment variable of the proxy; without `defaultValue`, there is no tag if it is not set. */
  static environment(name: string, defaultValue?: string): TraceTag {
    requireText('TraceTag.environment', 'name', name);
    return new TraceTag({ environment: { name, defaultValue } });
  }

  private constructor(
    /**
     * The source of the value, as Istio's Telemetry has it.
     * @internal
     */
    readonly _source: TagSource,
  ) {}
}

/** One of three sources of a tag. */
export interface TagSource {
  readonly literal?: { readonly value: string };
  readonly header?: { readonly name: string; readonly defaultValue?: string };
  readonly environment?: { readonly name: string; readonly defaultValue?: string };
}

function requireText(path: string, what: string, text: string): void {
  if (text === '') {
    throw new ValidationError({
      code: 'InvalidName',
      path,
      summary: `The ${what} of the tag is empty.`,
      fix: `Give a ${what}.`,
    });
  }
}
