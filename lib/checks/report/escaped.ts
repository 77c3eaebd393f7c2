import { printableLine } from '../../manifests';
import type { ManifestFinding, Report } from '../manifests';

/** A report with every text from manifests escaped as a {@link printableLine}: the input of each format. */
export function escapedReport({ findings, suppressed }: Report): Report {
  return {
    findings: findings.map(escapedFinding),
    suppressed: suppressed.map(({ finding, reason }) => ({
      finding: escapedFinding(finding),
      reason: printableLine(reason),
    })),
  };
}

function escapedFinding(finding: ManifestFinding): ManifestFinding {
  const { apiVersion, kind, namespace, name } = finding.object;
  return {
    ...finding,
    path: printableLine(finding.path),
    message: printableLine(finding.message),
    fix: printableLine(finding.fix),
    field: printableLine(finding.field),
    object: {
      apiVersion: printableLine(apiVersion),
      kind: printableLine(kind),
      namespace: printableLine(namespace),
      name: printableLine(name),
    },
    ...(finding.file === undefined ? {} : { file: printableLine(finding.file) }),
  };
}
