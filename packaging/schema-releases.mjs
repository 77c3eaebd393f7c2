import { ADDED, OLDEST, REMOVED, TYPES } from './api-releases.mjs';

/**
 * The schemas with the releases that added and removed kinds, fields and values, and the versions that they serve.
 * @param numbersOf the numbers of the type with a path, such as `v1/Container`
 */
export function withReleases({ types, kinds }, numbersOf) {
  const marked = { types, kinds, versions: versions(), since: {}, until: {} };
  for (const [mark, releases] of Object.entries({ since: ADDED, until: REMOVED })) {
    for (const [release, entries] of Object.entries(releases)) {
      entries.forEach(each => apply(each, mark, release));
    }
  }
  return marked;

  function apply(entry, mark, release) {
    const [name, path] = entry.split(' ');
    const places =
      path === undefined
        ? kindsNamed(name).map(kind => [marked, kind])
        : typesNamed(name).flatMap(type => [...placesAt(type, path, TYPES[entry], types)]);
    if (places.length === 0) {
      throw new Error(`api-releases.mjs: there is no ${entry}, and it has no type.`);
    }
    for (const [holder, member] of places) {
      holder[mark] = { ...holder[mark], [member]: release };
    }
  }

  function kindsNamed(name) {
    const prefix = name.endsWith('/*') ? name.slice(0, -1) : undefined;
    return Object.keys(kinds).filter(each => (prefix === undefined ? each === name : each.startsWith(prefix)));
  }

  function typesNamed(name) {
    return name.includes('/')
      ? numbersOf(name)
      : Object.keys(kinds).flatMap(each =>
          each.endsWith(`/${name}`) && each.includes('.istio.io/') ? [kinds[each]] : [],
        );
  }
}

/** The versions of each platform, the oldest first. */
function versions() {
  const minorOf = version => Number(version.split('.')[1]);
  return Object.fromEntries(
    Object.entries(OLDEST).map(([platform, oldest]) => {
      const newest = Object.keys(ADDED).findLast(each => each.startsWith(platform));
      const count = minorOf(newest) - minorOf(oldest) + 1;
      return [platform, Array.from({ length: count }, (_, index) => `1.${minorOf(oldest) + index}`)];
    }),
  );
}

/** The objects and enumerations with a field or value at a path of a type. */
function* placesAt(type, path, missing, types) {
  const [, parent, field, value] = /^(?:(.*)\.)?([^.=]+)(?:=(.*))?$/.exec(path);
  for (const object of objectsAt(type, parent ?? '', types)) {
    if (value === undefined) {
      if (missing) {
        object.o[field] ??= missing;
      }
      if (Object.hasOwn(object.o, field)) {
        yield [object, field];
      }
    } else {
      const enumeration = object.o[field];
      if (missing && !enumeration.e.includes(value)) {
        enumeration.e.push(value);
      }
      if (enumeration?.e?.includes(value)) {
        yield [enumeration, value];
      }
    }
  }
}

/** The objects at a path of a type; `**` is any path. List items and entries of maps have no step of their own. */
export function* objectsAt(type, path, types) {
  for (const [found, object] of objectsIn(type, '', types, [])) {
    if (path.startsWith('**.') ? `.${found}`.endsWith(path.slice(2)) : found === path) {
      yield object;
    }
  }
}

function* objectsIn(type, path, types, above) {
  if (above.includes(type)) {
    return;
  }
  const own = typeof type === 'number' ? types[type] : type;
  const { a, m, o } = own;
  for (const each of [a, m].filter(inner => inner !== undefined)) {
    yield* objectsIn(each, path, types, [...above, type]);
  }
  if (o) {
    yield [path, own];
    for (const [field, each] of Object.entries(o)) {
      yield* objectsIn(each, path === '' ? field : `${path}.${field}`, types, [...above, type]);
    }
  }
}
