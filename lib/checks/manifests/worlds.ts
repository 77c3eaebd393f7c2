import { type World } from '../../manifests';
import type { ManifestFinding } from './manifest-finding';
import { listed } from './names';
import { type Report, type SuppressedFinding, UNUSED_SUPPRESSION } from './run';

/** The report on objects that are for one cluster, of several. */
export interface WorldReport {
  readonly world: World;
  readonly report: Report;
}

/**
 * One report on several clusters that share objects: each finding once, with the clusters that have it if the object is
 * in others without it. A suppression is unused if no cluster that has its object uses it.
 */
export function mergedReport(parts: readonly WorldReport[]): Report {
  const [only, ...others] = parts;
  if (only && others.length === 0) {
    return only.report;
  }
  const worldsOf = countedFiles(parts);
  const hasAll = (found: readonly string[], { file }: ManifestFinding) =>
    found.length === (file === undefined ? undefined : worldsOf.get(file)) || found.length === parts.length;
  const findings = together(
    parts,
    ({ report }) => report.findings,
    each => each,
  );
  const suppressed = together<SuppressedFinding>(
    parts,
    ({ report }) => report.suppressed,
    each => each.finding,
  );
  return {
    findings: findings.flatMap(({ value, names }) =>
      hasAll(names, value)
        ? [value]
        : value.id === UNUSED_SUPPRESSION.id
          ? []
          : [{ ...value, message: `In ${listed(names)}: ${value.message}` }],
    ),
    suppressed: suppressed.map(({ value }) => value),
    turnedOff: Math.max(...parts.map(({ report }) => report.turnedOff ?? 0)),
  };
}

/** In how many clusters the objects of a file are. */
function countedFiles(parts: readonly WorldReport[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { world } of parts) {
    for (const file of new Set(world.resources.flatMap(each => each.origin?.source.file ?? []))) {
      counts.set(file, (counts.get(file) ?? 0) + 1);
    }
  }
  return counts;
}

function together<T>(
  parts: readonly WorldReport[],
  valuesOf: (part: WorldReport) => readonly T[],
  findingOf: (value: T) => ManifestFinding,
): { readonly value: T; readonly names: string[] }[] {
  const byKey = new Map<string, { value: T; names: string[] }>();
  for (const part of parts) {
    for (const value of valuesOf(part)) {
      const { id, file, line, column, path, message } = findingOf(value);
      const key = JSON.stringify([id, file, line, column, path, message]);
      const entry = byKey.get(key) ?? { value, names: [] };
      byKey.set(key, entry);
      if (part.world.name !== undefined && !entry.names.includes(part.world.name)) {
        entry.names.push(part.world.name);
      }
    }
  }
  return [...byKey.values()];
}
