import type { Reading } from './files';
import { ManifestError } from './manifest-error';
import { Resource } from './resource';
import type { Source } from './source';

/** What was read from files, with other names for these, also in messages. */
export function renamed(reading: Reading, nameIn: (text: string) => string): Reading {
  const sources = new Map<Source, Source>();
  const sourceOf = (source: Source): Source => {
    const made = sources.get(source) ?? source.named(nameIn(source.file));
    sources.set(source, made);
    return made;
  };
  const errorOf = ({ file, line, column, problem }: ManifestError): ManifestError =>
    new ManifestError(nameIn(file), line, column, nameIn(problem));
  return {
    resources: reading.resources.map(({ object, origin, namespace }) => {
      const folder = origin?.folder === undefined ? {} : { folder: nameIn(origin.folder) };
      const named = origin && { ...origin, ...folder, source: sourceOf(origin.source) };
      return new Resource(object, named, namespace || undefined);
    }),
    errors: reading.errors.map(errorOf),
    unreadable: reading.unreadable.map(errorOf),
    notes: reading.notes.map(nameIn),
    unread: reading.unread.map(nameIn),
  };
}
