import { type World } from '../../manifests';
import { Severity } from '../finding';
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
 * in others without it; a note if one of these is an alternative, since the object may be meant for it. A suppression is
 * unused if no cluster that has its object uses it.
 */
export function mergedReport(parts: readonly WorldReport[]): Report {
  const [only, ...others] = parts;
  if (only && others.length === 0) {
    return only.report;
  }
  const places = new Places(parts);
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
    findings: findings.flatMap(({ value, names }) => {
      const { file } = value;
      if (names.length === parts.length || names.length === places.worldsOf(file).length) {
        return [value];
      }
      return value.id === UNUSED_SUPPRESSION.id
        ? []
        : [
            {
              ...value,
              severity: !OPENING.has(value.id) && places.hasAlternativeWithout(value) ? Severity.INFO : value.severity,
              message: `In ${listed(names)}: ${value.message}`,
            },
          ];
    }),
    suppressed: suppressed.map(({ value }) => value),
    turnedOff: Math.max(...parts.map(({ report }) => report.turnedOff ?? 0)),
  };
}

/** Checks of requests that policies should deny: an alternative without the finding does not make it a note. */
const OPENING: ReadonlySet<string> = new Set([
  'UnauthenticatedEntry',
  'ExposedOperation',
  'UncoveredWorkload',
  'PastWaypoint',
]);

/** What is wrong in which cluster, and which clusters have the objects of a file. */
class Places {
  private readonly byFile = new Map<string, WorldReport[]>();
  /** The places where something is wrong for certain. */
  private readonly found = new Map<WorldReport, ReadonlySet<string>>();

  constructor(parts: readonly WorldReport[]) {
    for (const part of parts) {
      for (const file of new Set(part.world.resources.flatMap(each => each.origin?.source.file ?? []))) {
        this.byFile.set(file, [...(this.byFile.get(file) ?? []), part]);
      }
      const all = [...part.report.findings, ...part.report.suppressed.map(each => each.finding)];
      this.found.set(part, new Set(all.filter(isCertain).map(placeOf)));
    }
  }

  worldsOf(file: string | undefined): readonly WorldReport[] {
    return this.byFile.get(file ?? '') ?? [];
  }

  /** Whether nothing is wrong there with an alternative to each of the objects that it is wrong with. */
  hasAlternativeWithout(finding: ManifestFinding): boolean {
    const place = placeOf(finding);
    const worlds = this.worldsOf(finding.file);
    const [wrong, right] = [true, false].map(isWrong =>
      worlds
        .filter(each => (this.found.get(each)?.has(place) ?? false) === isWrong)
        .map(each => each.world.environment),
    );
    return wrong?.every(each => right?.includes(each)) ?? false;
  }
}

/** A severity that the settings raise counts as it is. */
function isCertain({ isUncertain, severity }: ManifestFinding): boolean {
  return !isUncertain || severity !== Severity.INFO;
}

function placeOf({ id, file, line, column, path }: ManifestFinding): string {
  return JSON.stringify([id, file, line, column, path]);
}

function together<T>(
  parts: readonly WorldReport[],
  valuesOf: (part: WorldReport) => readonly T[],
  findingOf: (value: T) => ManifestFinding,
): { readonly value: T; readonly names: string[] }[] {
  const byKey = new Map<string, { value: T; names: string[] }>();
  for (const part of parts) {
    for (const value of valuesOf(part)) {
      const key = `${placeOf(findingOf(value))} ${findingOf(value).message}`;
      const entry = byKey.get(key) ?? { value, names: [] };
      byKey.set(key, entry);
      if (part.world.name !== undefined && !entry.names.includes(part.world.name)) {
        entry.names.push(part.world.name);
      }
    }
  }
  return [...byKey.values()];
}
