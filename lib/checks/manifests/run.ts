import { type Cluster, inOrder, isOfYtt, Kind, type Resource } from '../../manifests';
import { Severity } from '../finding';
import { CHECKS } from './catalogue';
import { type Check, problem, type Problem } from './check';
import type { ManifestFinding } from './manifest-finding';
import { present } from './presence';
import { matchesObject, type Suppression, suppressionInCode, suppressionsOf } from './suppressions';

/** A suppressed finding. */
export interface SuppressedFinding {
  /** The suppressed finding. */
  readonly finding: ManifestFinding;
  /** Why it is suppressed. */
  readonly reason: string;
}

/** The result of the checks of manifests. */
export interface Report {
  /** Ordered by file and line; for objects that did not come from a file, by object. */
  readonly findings: readonly ManifestFinding[];
  /** The suppressed findings, with their reasons. */
  readonly suppressed: readonly SuppressedFinding[];
  /**
   * The number of findings that were omitted because their check is disabled.
   * @default 0
   */
  readonly turnedOff?: number;
}

/** Options of a check run. */
export interface CheckOptions {
  /**
   * Checks, or codes of other tools, whose findings are suppressed everywhere, with the reason.
   * @default - none
   */
  readonly suppress?: { readonly [idOrCode: string]: string };
  /**
   * Further suppressions, each with its place and the objects that it is for.
   * @default - none
   */
  readonly suppressions?: readonly Suppression[];
  /**
   * The severity of findings by their check, or else by a code that they have, or that they are left out. Of several
   * codes the most severe counts.
   * @default - that of each check
   */
  readonly severities?: ReadonlyMap<string, Severity | 'off'>;
  /**
   * Whether annotations of objects suppress findings. Where they do not, each suppression is a finding.
   * @default true
   */
  readonly inlineSuppressions?: boolean;
  /**
   * The checks to run.
   * @default - all
   */
  readonly checks?: readonly Check[];
}

/** What is found where a suppression accepts nothing. */
export const UNUSED_SUPPRESSION: Omit<Check, 'find'> = {
  id: 'UnusedSuppression',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A suppression matches no finding',
  explanation:
    'Its finding no longer exists, the name of the check is wrong, or it has no reason: it would hide '
    + 'the next finding of this kind.',
};

const SCHEMA = 'SchemaViolation';
/** How the names of checks of the validity of a kind begin. */
const INVALID = 'Invalid';

/** Namespaces of Kubernetes itself: findings there are suppressed and stay in the report. */
const KUBERNETES_OWN = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);

/** Runs the checks over manifests. */
export function checkManifests(cluster: Cluster, options: CheckOptions = {}): Report {
  const isInline = options.inlineSuppressions ?? true;
  const everywhere: Suppression[] = [
    ...Object.entries(options.suppress ?? {}).map(([id, reason]) => ({ id, reason, at: suppressionInCode(id) })),
    ...(options.suppressions ?? []),
  ];
  const severities = options.severities ?? new Map<string, Severity | 'off'>();
  const byObject = new Map(
    cluster.resources
      .map(resource => [resource, suppressionsOf(resource)] as const)
      .filter(([, found]) => found.length > 0),
  );
  // A copy of an object could accept what is found in the other one.
  const repeated = new Set(cluster.namesakes.flat());
  const inForce = new Map([...byObject].filter(([resource]) => isInline && !repeated.has(resource)));
  const used = new Set<Suppression>();
  const findings: ManifestFinding[] = [];
  const suppressed: SuppressedFinding[] = [];
  let turnedOff = 0;

  for (const check of options.checks ?? CHECKS) {
    for (const each of present(distinct(check.find(cluster)), check, cluster)) {
      const found = findingOf(check, each);
      const severity = severityOf(found, severities);
      const finding = { ...found, severity: severity === 'off' ? found.severity : severity };
      const suppression = [...(inForce.get(each.at.resource) ?? []), ...everywhere].find(candidate =>
        accepts(candidate, finding),
      );
      if (suppression) {
        used.add(suppression);
      }
      if (severity === 'off') {
        turnedOff++;
      } else {
        const reason = suppression?.reason ?? reasonToSuppress(finding, each, isInline);
        if (reason === undefined) {
          findings.push(finding);
        } else {
          suppressed.push({ finding, reason });
        }
      }
    }
  }
  const unusedSeverity = severities.get(UNUSED_SUPPRESSION.id) ?? UNUSED_SUPPRESSION.severity;
  const unused =
    unusedSeverity === 'off'
      ? []
      : [...[...byObject.values()].flat(), ...everywhere]
          .filter(each => !used.has(each))
          .map(each =>
            findingOf(
              { ...UNUSED_SUPPRESSION, severity: unusedSeverity },
              isInline || everywhere.includes(each) ? unusedProblem(each) : ignoredProblem(each),
            ),
          );
  return {
    findings: withoutRepetitions([...findings, ...unused]).sort(byPlace),
    suppressed,
    ...(turnedOff > 0 ? { turnedOff } : {}),
  };
}

/** Why a finding is suppressed without a suppression that names it. */
function reasonToSuppress(finding: ManifestFinding, problem: Problem, isInline: boolean): string | undefined {
  const placeholder = isInline ? placeholderIn(finding, problem) : undefined;
  const { namespace } = finding.object;
  if (placeholder !== undefined) {
    return `the placeholder ${placeholder} has no value here`;
  }
  if (isInline && isOfYtt(problem.at.resource.origin?.source.text ?? '')) {
    return 'ytt fills the document in';
  }
  if (KUBERNETES_OWN.has(namespace)) {
    return `${namespace} is a namespace of Kubernetes itself`;
  }
  return isInline && finding.severity !== Severity.ERROR && isOfInstallation(problem.at.resource)
    ? "the object is of Istio's own installation"
    : undefined;
}

const FILTER_OF_INSTALLATION = /^(tcp-)?(stats-filter|metadata-exchange)-1\.\d+/;

/** Whether an object is output of istioctl, or of a chart of Istio, by the labels that these set. */
function isOfInstallation({ type, name, labels }: Resource): boolean {
  return (
    (type === Kind.ENVOY_FILTER && 'istio.io/rev' in labels && FILTER_OF_INSTALLATION.test(name))
    || 'install.operator.istio.io/owning-resource' in labels
    || 'operator.istio.io/component' in labels
    || (labels.release === 'istio' && ('istio' in labels || 'chart' in labels || type === Kind.ENVOY_FILTER))
    || (labels['app.kubernetes.io/part-of'] === 'istio' && 'helm.sh/chart' in labels)
  );
}

/** What programs replace before a manifest is applied, in the text of a finding or of its field. */
const PLACEHOLDER = new RegExp(
  [
    /\$\{\w[^{}]{0,200}\}|\{\{[^{}]{1,200}\}\}/,
    // Variables of Kustomize, and names that scripts and replacements look for.
    /\$\([\w.-]{1,200}\)|\b[A-Z0-9_]{0,100}PLACEHOLDER\b|__[A-Z][A-Z0-9_]{0,100}__/,
    /\{[A-Z][A-Z0-9_]{2,100}\}|"<{1,2}[A-Za-z][\w .-]{0,100}>{1,2}"|\b(REPLACE_?(ME|WITH)|CHANGE_?ME|FROM_OVERLAY|YOUR_[A-Z_]{1,100})\b/,
    // A host with a name in upper case, which no Service has.
    /\b[A-Z][A-Z0-9]{0,60}(_[A-Z0-9]{1,60}){1,9}\.[A-Za-z]/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Fields with addresses, of which none is a name in upper case: a script replaces it. */
const ADDRESS = /(uri|url|issuer|host|address)s?(\[\d+\])?$/i;
const NAME_IN_UPPER_CASE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** Fields in which Kubernetes itself replaces `$(NAME)` by a variable of the container. */
const WITH_VARIABLES = /\b(c|initC|ephemeralC)ontainers\[\d+\]\.(env|args|command)\b/;
const VARIABLE = /\$\([\w.-]{1,200}\)/g;

function placeholderIn({ message }: ManifestFinding, { at, isForAnyText }: Problem): string | undefined {
  const path = String(at);
  const texts = isForAnyText ? [message] : [message, at.text, ...at.entries.map(([, each]) => each.text)];
  const filledIn = WITH_VARIABLES.test(path) ? texts.map(each => each.replace(VARIABLE, '')) : texts;
  return (
    filledIn.map(each => PLACEHOLDER.exec(each)?.[0]).find(each => each !== undefined)
    ?? (!isForAnyText && ADDRESS.test(path) && NAME_IN_UPPER_CASE.test(at.text) ? at.text : undefined)
  );
}

/** The severity set for the check of a finding, else the most severe that is set for a code of it, else its own. */
function severityOf(
  { id, covers, severity }: ManifestFinding,
  set: ReadonlyMap<string, Severity | 'off'>,
): Severity | 'off' {
  const ofCodes = covers.flatMap(code => set.get(code) ?? []);
  return set.get(id) ?? [...Object.values(Severity), 'off' as const].find(each => ofCodes.includes(each)) ?? severity;
}

/** Whether a suppression is of the check of a finding, or of a code that the finding has. */
function accepts({ id, reason, objects }: Suppression, finding: ManifestFinding): boolean {
  const isFor = objects === undefined || objects.some(each => matchesObject(each, finding.object));
  return (
    isFor && reason !== '' && [finding.id, ...finding.covers].some(each => each.toLowerCase() === id.toLowerCase())
  );
}

function ignoredProblem({ id, at }: Suppression): Problem {
  return problem(
    at,
    `The suppression of ${id} is ignored: suppressions in manifests are disabled.`,
    'Remove it, or suppress the finding in the options of the check run.',
  );
}

function unusedProblem({ id, reason, at }: Suppression): Problem {
  return reason === ''
    ? problem(at, `The suppression of ${id} has no reason, so it is ignored.`, `Write \`${id}: why it is acceptable\`.`)
    : problem(at, `The suppression of ${id} matches no finding.`, 'Remove it, or correct the name of the check.');
}

/** What a check of the validity of a kind reports at a field, the check of its schema does not report again. */
function withoutRepetitions(findings: readonly ManifestFinding[]): ManifestFinding[] {
  const placeOf = ({ file, line, column, path }: ManifestFinding) => [file, line, column, path].join(' ');
  const places = new Set(findings.filter(({ id }) => id.startsWith(INVALID)).map(placeOf));
  return findings.filter(each => each.id !== SCHEMA || !places.has(placeOf(each)));
}

/** Problems without duplicates: two objects of the same name keep their own. */
function* distinct(problems: Iterable<Problem>): Iterable<Problem> {
  const seen = new Map<Resource, Set<string>>();
  for (const each of problems) {
    const { resource } = each.at;
    const ofObject = seen.get(resource) ?? new Set<string>();
    const key = `${String(each.at)} ${each.message}`;
    if (!ofObject.has(key)) {
      seen.set(resource, ofObject.add(key));
      yield each;
    }
  }
}

function findingOf(
  { id, severity, covers }: Omit<Check, 'find'>,
  { at, message, fix, covers: codes, severity: own, isUncertain }: Problem,
): ManifestFinding {
  const {
    object: { apiVersion, kind },
    namespace,
    name,
    key,
  } = at.resource;
  const field = String(at);
  return {
    id,
    severity: own ?? severity,
    covers: codes ?? covers,
    path: `${kind} ${key}${field === '' ? '' : ` ${field}`}`,
    object: { apiVersion, kind, namespace, name },
    field,
    ...at.resource.locate(at.path),
    message,
    fix,
    ...(isUncertain ? { isUncertain } : {}),
  };
}

function byPlace(a: ManifestFinding, b: ManifestFinding): number {
  return (
    inOrder(a.file ?? '', b.file ?? '')
    || (a.line ?? 0) - (b.line ?? 0)
    || (a.column ?? 0) - (b.column ?? 0)
    || inOrder(a.path, b.path)
    || inOrder(a.id, b.id)
    || inOrder(a.message, b.message)
  );
}
