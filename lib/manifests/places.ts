import { type Event, EVENT_ID } from 'js-yaml';
import { isMerge, scalarAt } from './yaml';
import { nameOf } from './yaml-scalars';

/** The place of a value of a document, and the places of its members. */
export interface PlaceTree {
  readonly offset: number;
  /** By name, or by index as text. */
  readonly members?: ReadonlyMap<string, PlaceTree>;
  /** Maps whose members are merged into it by `<<`. */
  readonly merged?: readonly PlaceTree[];
}

/** The places of all values of a valid YAML document. */
export function placesIn(text: string, events: readonly Event[]): PlaceTree {
  return new Reader(text, events).read();
}

class Reader {
  private readonly anchors = new Map<string, PlaceTree>();
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly events: readonly Event[],
  ) {}

  read(): PlaceTree {
    while (this.events[this.at]?.type === EVENT_ID.DOCUMENT) {
      this.at++;
    }
    return this.value();
  }

  private value(): PlaceTree {
    const event = this.events[this.at++];
    switch (event?.type) {
      case EVENT_ID.MAPPING:
        return this.anchored(event, this.mapping(event.start));
      case EVENT_ID.SEQUENCE:
        return this.anchored(event, this.sequence(event.start));
      case EVENT_ID.SCALAR:
        return this.anchored(event, { offset: event.valueStart - (this.isQuoted(event.valueStart) ? 1 : 0) });
      case EVENT_ID.ALIAS:
        return {
          ...this.anchors.get(this.text.slice(event.anchorStart, event.anchorEnd)),
          offset: event.anchorStart - 1,
        };
      default:
        return { offset: 0 };
    }
  }

  private mapping(offset: number): PlaceTree {
    const members = new Map<string, PlaceTree>();
    const merged: PlaceTree[] = [];
    while (!this.ends()) {
      const event = this.events[this.at];
      const name = event?.type === EVENT_ID.SCALAR ? nameOf(scalarAt(this.text, event)) : '';
      const key = this.value();
      const value = this.value();
      if (event && isMerge(this.text, event)) {
        merged.push(value, ...(value.members?.values() ?? []));
      } else {
        members.set(name, { ...value, offset: key.offset });
      }
    }
    return { offset, members, merged };
  }

  private sequence(offset: number): PlaceTree {
    const members = new Map<string, PlaceTree>();
    while (!this.ends()) {
      members.set(String(members.size), this.value());
    }
    return { offset, members };
  }

  /** Whether a collection has ended; the end event is then consumed. */
  private ends(): boolean {
    const over = this.at >= this.events.length || this.events[this.at]?.type === EVENT_ID.POP;
    this.at += over ? 1 : 0;
    return over;
  }

  private anchored(event: { readonly anchorStart: number; readonly anchorEnd: number }, tree: PlaceTree): PlaceTree {
    if (event.anchorStart >= 0) {
      this.anchors.set(this.text.slice(event.anchorStart, event.anchorEnd), tree);
    }
    return tree;
  }

  private isQuoted(start: number): boolean {
    return this.text[start - 1] === '"' || this.text[start - 1] === "'";
  }
}
