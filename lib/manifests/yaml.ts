import { COLLECTION_STYLE, type Event, EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { isMap } from './object';
import { nameOf, type Scalar, ScalarError, scalarOf } from './yaml-scalars';

/** The reason that kubectl cannot read a text, with the offset. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(
    readonly reason: string,
    readonly offset: number,
  ) {
    super(reason);
  }
}

/** The maximum number of members that are merged into other maps: a chain of merges would copy them at each step. */
const MAX_MERGED = 200_000;

/**
 * Behind a plain text within brackets: kubectl reads the colon as the end of the text, YAML 1.2 as the end of a field's
 * name.
 */
const COLON_AT_END = /:[,\]}]/y;

type ScalarEvent = Extract<Event, { readonly type: typeof EVENT_ID.SCALAR }>;
type CollectionEvent = Extract<Event, { readonly type: typeof EVENT_ID.MAPPING | typeof EVENT_ID.SEQUENCE }>;
type Properties = Pick<ScalarEvent, 'anchorStart' | 'anchorEnd' | 'tagStart' | 'tagEnd'>;

/** The value of a document as kubectl reads it; null for an empty one. Throws a {@link YamlError}. */
export function valueOf(text: string, events: readonly Event[]): unknown {
  return new Composer(text, events).document();
}

/** Whether an event is the merge key `<<`. */
export function isMerge(text: string, event: Event): boolean {
  return (
    event.type === EVENT_ID.SCALAR
    && event.style === SCALAR_STYLE.PLAIN
    && text.startsWith('<<', event.valueStart)
    && ['', '!!merge'].includes(tagOf(text, event))
    && getScalarValue(text, event) === '<<'
  );
}

/** The value of a scalar event. */
export function scalarAt(text: string, event: ScalarEvent): Scalar {
  return scalarOf(getScalarValue(text, event), event.style === SCALAR_STYLE.PLAIN, tagOf(text, event));
}

function tagOf(text: string, { tagStart, tagEnd }: Properties): string {
  return tagStart < 0 ? '' : text.slice(tagStart, tagEnd).replace(/^!<tag:yaml\.org,2002:(.*)>$/, '!!$1');
}

/**
 * Builds values from events as go-yaml 2 and the conversion to JSON do: names of fields become strings, and what is
 * merged later replaces earlier members. In contrast to kubectl, which uses the last one, a duplicate name is an error.
 * @see https://github.com/yaml/go-yaml/blob/v2.4.2/decode.go
 */
class Composer {
  private readonly anchors = new Map<string, { readonly value?: unknown }>();
  private at = 0;
  private left = MAX_MERGED;
  /** In how many brackets and braces the current value is. */
  private brackets = 0;

  constructor(
    private readonly text: string,
    private readonly events: readonly Event[],
  ) {}

  document(): unknown {
    const [first, ...others] = this.events.filter(each => each.type === EVENT_ID.DOCUMENT);
    if (first === undefined) {
      return null;
    }
    if (first.directives.length > 0 || others.length > 0) {
      throw new YamlError(
        others.length > 0
          ? 'a document follows without a line of three dashes before it'
          : 'directives are not read by kubectl',
        0,
      );
    }
    this.at = 1;
    return this.value();
  }

  private value(): unknown {
    const event = this.events[this.at++];
    switch (event?.type) {
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE:
        return isPlain(event) ? this.members(event) : this.decorated(event);
      case EVENT_ID.SCALAR:
        return event.anchorStart < 0
          ? this.scalar(event).value
          : this.anchored(event, undefined, () => this.scalar(event).value);
      case EVENT_ID.ALIAS:
        return this.alias(event);
      default:
        return null;
    }
  }

  private members({ type }: CollectionEvent): unknown {
    return type === EVENT_ID.MAPPING ? this.mapping() : this.sequence();
  }

  private decorated(event: CollectionEvent): unknown {
    const tag = event.type === EVENT_ID.MAPPING ? '!!map' : '!!seq';
    return this.anchored(event, tag, () => this.within(event, () => this.members(event)));
  }

  private within<T>({ style }: CollectionEvent, read: () => T): T {
    const deeper = style === COLLECTION_STYLE.FLOW ? 1 : 0;
    this.brackets += deeper;
    const value = read();
    this.brackets -= deeper;
    return value;
  }

  private scalar(event: ScalarEvent): Scalar {
    if (this.brackets > 0 && event.style === SCALAR_STYLE.PLAIN && event.valueStart >= 0) {
      COLON_AT_END.lastIndex = event.valueEnd;
      if (this.text[event.valueStart] === '?' || COLON_AT_END.test(this.text)) {
        throw new YamlError(
          'kubectl reads this question mark, or this colon, in another way than YAML 1.2: put the text in quotes',
          event.valueStart,
        );
      }
    }
    try {
      return scalarAt(this.text, event);
    } catch (error) {
      failAt(event.valueStart, error);
    }
  }

  private alias({ anchorStart, anchorEnd }: Pick<Properties, 'anchorStart' | 'anchorEnd'>): unknown {
    const name = this.text.slice(anchorStart, anchorEnd);
    const anchor = this.anchors.get(name);
    if (anchor === undefined || !('value' in anchor)) {
      throw new YamlError(
        anchor === undefined
          ? `there is no anchor "${name}" in the document`
          : `the value of the anchor "${name}" contains itself`,
        anchorStart,
      );
    }
    return anchor.value;
  }

  private mapping(): unknown {
    const members: Record<string, unknown> = {};
    // The names beside those of merged maps, which they may repeat.
    let own: Set<string> | undefined;
    while (!this.ends()) {
      const event = this.events[this.at];
      if (event && isMerge(this.text, event)) {
        this.at++;
        own ??= new Set(Object.keys(members));
        this.merged().forEach(([name, value]) => setOwn(members, name, value));
        continue;
      }
      const name = this.fieldName();
      if (own ? own.has(name) : Object.hasOwn(members, name)) {
        throw new YamlError('duplicated mapping key', startOf(event));
      }
      own?.add(name);
      setOwn(members, name, this.value());
    }
    return members;
  }

  private fieldName(): string {
    const event = this.events[this.at];
    if (event?.type === EVENT_ID.SCALAR) {
      const scalar = this.scalar(event);
      if (event.anchorStart < 0) {
        this.at++;
      } else {
        this.value();
      }
      try {
        return nameOf(scalar);
      } catch (error) {
        failAt(event.valueStart, error);
      }
    }
    const value = this.value();
    if (typeof value !== 'string') {
      throw new YamlError('the name of a field is not a scalar', startOf(event));
    }
    return value;
  }

  /** The members of the maps under `<<`: of several, the first ones come last, since they take precedence. */
  private merged(): [string, unknown][] {
    const event = this.events[this.at];
    const value = this.value();
    const maps =
      event?.type === EVENT_ID.SEQUENCE && Array.isArray(value) ? [...(value as unknown[])].reverse() : [value];
    return maps.flatMap(each => {
      if (!isMap(each)) {
        throw new YamlError('only maps can be merged', startOf(event));
      }
      const members = Object.entries(each);
      this.left -= members.length;
      if (this.left < 0) {
        throw new YamlError(
          `with its merged maps expanded the document has more than ${MAX_MERGED} values`,
          startOf(event),
        );
      }
      return members;
    });
  }

  private sequence(): unknown[] {
    const items: unknown[] = [];
    while (!this.ends()) {
      items.push(this.value());
    }
    return items;
  }

  /** Whether a collection has ended; the end event is then consumed. */
  private ends(): boolean {
    const over = this.at >= this.events.length || this.events[this.at]?.type === EVENT_ID.POP;
    this.at += over ? 1 : 0;
    return over;
  }

  private anchored(event: Properties, tag: string | undefined, read: () => unknown): unknown {
    if (tag !== undefined && !['', tag].includes(tagOf(this.text, event))) {
      throw new YamlError(`unknown tag ${tagOf(this.text, event)}`, event.tagStart);
    }
    if (event.anchorStart < 0) {
      return read();
    }
    const name = this.text.slice(event.anchorStart, event.anchorEnd);
    this.anchors.set(name, {});
    const value = read();
    this.anchors.set(name, { value });
    return value;
  }
}

/** Whether a collection is written with neither anchor, tag nor brackets, as most are. */
function isPlain({ anchorStart, tagStart, style }: CollectionEvent): boolean {
  return anchorStart < 0 && tagStart < 0 && style !== COLLECTION_STYLE.FLOW;
}

function startOf(event: Event | undefined): number {
  return event === undefined
    ? 0
    : 'start' in event
      ? event.start
      : 'valueStart' in event
        ? event.valueStart
        : 'anchorStart' in event
          ? event.anchorStart
          : 0;
}

/** Throws the error of a scalar with its place, and others as they are. */
function failAt(offset: number, error: unknown): never {
  throw error instanceof ScalarError ? new YamlError(error.message, Math.max(offset, 0)) : error;
}

/** Sets a field of this name, also of one that all objects inherit. */
function setOwn(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(members, name, { value, configurable: true, enumerable: true, writable: true });
  } else {
    members[name] = value;
  }
}
