import { isMap, printableLine } from '../../manifests';
import type { ManifestFinding } from './manifest-finding';
import type { Report } from './run';

/** What is wrong with a file of accepted findings. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

/**
 * Findings that a team has accepted for now: those of an earlier report as JSON. A finding is the same if its check,
 * file, object and message are; lines and fields may move.
 */
export class Baseline {
  private readonly unused: Set<string>;

  private constructor(private readonly accepted: ReadonlySet<string>) {
    this.unused = new Set(accepted);
  }

  /** Reads a report as JSON. Throws a {@link BaselineError} if it is none. */
  static parse(text: string, file: string): Baseline {
    let entries: unknown;
    try {
      entries = JSON.parse(text);
    } catch {
      throw new BaselineError(printableLine(`${file}: This is not JSON.`));
    }
    if (!Array.isArray(entries) || !entries.every(isEntry)) {
      throw new BaselineError(printableLine(`${file}: This is not a report: write one with \`--format json\`.`));
    }
    return new Baseline(new Set(entries.filter(each => each.suppressed === undefined).map(keyOf)));
  }

  /** A report in which accepted findings are suppressed. */
  applyTo(report: Report, environment?: string): Report {
    const key = (finding: ManifestFinding) => keyOf({ ...finding, environment });
    const isAccepted = (finding: ManifestFinding) => this.accepted.has(key(finding));
    const accepted = report.findings.filter(isAccepted);
    accepted.forEach(each => this.unused.delete(key(each)));
    return {
      ...report,
      findings: report.findings.filter(each => !isAccepted(each)),
      suppressed: [...report.suppressed, ...accepted.map(finding => ({ finding, reason: 'in the baseline' }))],
    };
  }

  /** How many findings of the earlier report do not exist any more. */
  get fixed(): number {
    return this.unused.size;
  }
}

interface Entry {
  readonly environment?: unknown;
  readonly id: string;
  readonly file?: unknown;
  readonly object: { readonly [name: string]: unknown };
  readonly message: string;
  readonly suppressed?: unknown;
}

function isEntry(value: unknown): value is Entry {
  return isMap(value) && typeof value.id === 'string' && typeof value.message === 'string' && isMap(value.object);
}

/** Texts are as reports print them. */
function keyOf({
  environment,
  id,
  file,
  object,
  message,
}: Entry | (ManifestFinding & { environment?: string })): string {
  const { apiVersion, kind, namespace, name } = object;
  return JSON.stringify(
    [environment ?? '', id, file ?? '', apiVersion, kind, namespace, name, message].map(each =>
      printableLine(String(each)),
    ),
  );
}
