import { ConfigError } from '../../checks';
import type { Reach } from '../../dataplane';
import {
  addTo,
  type Cluster,
  covers,
  hasLabels,
  Kind,
  ManifestError,
  printableLine,
  type Workload,
} from '../../manifests';
import type { ReachRule, Selector } from './rules';

/** A rule with the pairs that contradict it. */
export interface Verdict {
  readonly rule: ReachRule;
  /** The pairs that reach each other and must not, or that do not and must. */
  readonly violations: readonly Violation[];
}

interface Violation {
  readonly from: string;
  /** With the port, if the pair reaches each other. */
  readonly to: string;
  readonly requests: 'all' | 'some' | 'none';
}

/** Compares rules with a matrix. Throws a {@link ConfigError} for rules that select nothing. */
export function judge(rules: readonly ReachRule[], reaches: readonly Reach[], cluster: Cluster): readonly Verdict[] {
  const parties = new Parties(cluster, reaches);
  const errors = rules.flatMap(rule => emptySides(rule, parties).map(problem => errorOf(rule, problem)));
  if (errors.length > 0) {
    throw new ConfigError(errors);
  }
  return rules.map(rule => ({
    rule,
    violations: rule.expectation === 'deny' ? open(rule, reaches, parties) : closed(rule, reaches, parties),
  }));
}

/** The verdicts as text, one line each, with the pairs that contradict a rule. */
export function verdictsText(verdicts: readonly Verdict[]): string {
  const lines = verdicts.flatMap(({ rule: { name, place }, violations }) => [
    violations.length === 0 ? `holds: ${name}` : `${place.file}:${place.line}:${place.column}: violated: ${name}`,
    ...violations.map(({ from, to, requests }) => `  ${from} → ${to}: ${REQUESTS[requests]}`),
  ]);
  const violated = verdicts.filter(each => each.violations.length > 0).length;
  return [...lines, `${verdicts.length} rules: ${violated} violated`].map(each => `${printableLine(each)}\n`).join('');
}

const REQUESTS = {
  all: 'all requests arrive',
  some: 'some requests arrive, or it is unknown',
  none: 'no request arrives',
};

function emptySides({ from, to }: ReachRule, parties: Parties): string[] {
  return [
    ...(parties.callers.some(each => parties.isCaller(each, from)) ? [] : ['`from` selects no workload.']),
    ...(parties.callees.some(each => parties.isCallee(each, to)) ? [] : ['`to` selects no workload and no host.']),
  ];
}

function errorOf({ name, place: { file, line, column } }: ReachRule, problem: string): ManifestError {
  return new ManifestError(file, line, column, `The rule "${name}" matches nothing: ${problem}`);
}

/** The pairs of a rule that reach each other; requests of which it is unknown count. */
function open({ from, to }: ReachRule, reaches: readonly Reach[], parties: Parties): Violation[] {
  return reaches
    .filter(each => parties.isCaller(each.from, from) && parties.isCallee(each.to, to))
    .map(each => ({ from: each.from, to: each.to, requests: each.isUnconditional ? 'all' : 'some' }));
}

/** The pairs of a rule that do not reach each other, or only by some requests. */
function closed({ from, to, expectation }: ReachRule, reaches: readonly Reach[], parties: Parties): Violation[] {
  const callees = [...new Set(parties.callees.filter(each => parties.isCallee(each, to)).map(withoutPort))];
  const found = new Map<string, Reach[]>();
  reaches
    .filter(each => parties.isCallee(each.to, to))
    .forEach(each => addTo(found, `${each.from} ${withoutPort(each.to)}`, each));
  return parties.callers
    .filter(each => parties.isCaller(each, from))
    .flatMap(caller =>
      callees
        .filter(callee => callee !== caller)
        .flatMap((callee): Violation[] => {
          const pair = found.get(`${caller} ${callee}`) ?? [];
          const requests = pair.some(each => each.isUnconditional) ? 'all' : pair.length > 0 ? 'some' : 'none';
          const isMet = requests === 'all' || (requests === 'some' && expectation === 'allowSome');
          return isMet ? [] : [{ from: caller, to: callee, requests }];
        }),
    );
}

function withoutPort(callee: string): string {
  return callee.replace(/:\d+$/, '');
}

const INTERNET = 'internet';

/** The callers and callees of a cluster. */
class Parties {
  readonly callers: readonly string[];
  readonly callees: readonly string[];
  private readonly workloads = new Map<string, Workload[]>();

  constructor(cluster: Cluster, reaches: readonly Reach[]) {
    for (const each of cluster.workloads.all) {
      addTo(this.workloads, `${each.namespace}/${each.name}`, each);
    }
    const hosts = cluster.all(Kind.SERVICE_ENTRY).flatMap(each => each.spec.get('hosts').texts);
    this.callers = [INTERNET, ...[...this.workloads.keys()].sort()];
    this.callees = [...new Set([...this.workloads.keys(), ...hosts, ...reaches.map(each => each.to)])].sort();
  }

  isCaller(name: string, selector: Selector): boolean {
    const { internet, except } = selector;
    const isOutside = name === INTERNET;
    return (
      (internet === undefined || internet === isOutside)
      && this.isSelected(name, selector)
      && !(except && this.isCaller(name, except))
    );
  }

  /** @param isWithAnyPort whether a callee without a port has the one that is selected */
  isCallee(callee: string, selector: Selector, isWithAnyPort = true): boolean {
    const { host, port, except } = selector;
    const name = withoutPort(callee);
    const number = /:(\d+)$/.exec(callee)?.[1];
    return (
      (host === undefined || (!this.workloads.has(name) && covers(host, name)))
      && (port === undefined || (number === undefined ? isWithAnyPort : Number(number) === port))
      && this.isSelected(name, selector)
      && !(except && this.isCallee(callee, except, false))
    );
  }

  private isSelected(name: string, { namespace, workload, labels }: Selector): boolean {
    if (namespace === undefined && workload === undefined && labels === undefined) {
      return true;
    }
    return (this.workloads.get(name) ?? []).some(
      each =>
        (namespace === undefined || each.namespace === namespace)
        && (workload === undefined || [each.name, `${each.namespace}/${each.name}`].includes(workload))
        && hasLabels(each.labels, labels ?? {}),
    );
  }
}
