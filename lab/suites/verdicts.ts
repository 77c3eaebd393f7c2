/** How an expectation of a suite ends. */
export interface Verdict {
  /** The test and its cases. */
  readonly test: string;
  readonly right: boolean;
  /** Why the simulator has no answer, if it has none. */
  readonly unsimulated?: string;
  /** What the suite says about an answer that is not the expected one. */
  readonly note?: string;
  readonly asked?: unknown;
  readonly answer?: unknown;
}

/** Expectations of one kind that are not met, by a part of the names of their tests or of why there is no answer. */
interface Exception {
  readonly tests: string;
  readonly reason: string;
}

/** What is known of a suite. */
export interface Known {
  /** The least number of expectations that are met; it only rises. */
  readonly floor: number;
  /** Expectations that Istio does not meet either. */
  readonly differences: readonly Exception[];
  /** Expectations for which manifests are not enough. */
  readonly unanswerable: readonly Exception[];
}

/** The numbers of a suite, and its expectations that end otherwise than is known. */
export function summary(verdicts: readonly Verdict[], known: Known): { text: string; problems: string[] } {
  const missed = verdicts.filter(each => !each.right);
  const right = verdicts.length - missed.length;
  const isOf = ({ tests }: Exception, { test, unsimulated = '' }: Verdict) =>
    test.includes(tests) || unsimulated.includes(tests);
  const among = (exceptions: readonly Exception[], verdict: Verdict) => exceptions.find(each => isOf(each, verdict));
  const differing = missed.filter(each => each.unsimulated === undefined && among(known.differences, each));
  const unanswered = missed.filter(each => among(known.unanswerable, each));
  const wrong = missed.filter(each => !differing.includes(each) && !unanswered.includes(each));
  const stale = [...known.differences, ...known.unanswerable].filter(
    each => !missed.some(verdict => isOf(each, verdict)),
  );
  const percent = ((unanswered.length / verdicts.length) * 100).toFixed(1);
  return {
    text:
      `${verdicts.length} expectations: ${right} right, ${wrong.length} wrong, `
      + `${differing.length} where Istio differs, `
      + `${unanswered.length} that cannot be asked (${percent} %)`,
    problems: [
      ...wrong.map(each => `${each.test}: ${each.unsimulated ?? each.note ?? 'wrong'}\n${JSON.stringify(each)}`),
      ...stale.map(each => `"${each.tests}" has no exception any more: remove it from the table.`),
      ...(right < known.floor ? [`${right} are right; the floor is ${known.floor}.`] : []),
    ],
  };
}
