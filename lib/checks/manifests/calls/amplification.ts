import { type Cluster, type Field, memo } from '../../../manifests';
import { problem, type Problem } from '../check';
import { type CallPolicy, policiesOf, policyOfEntry } from './call-policy';
import { CallGraph } from './graph';
import { evidenceOf, type Node } from './node';
import { callersFirst } from './order';
import { seesRequests } from './timeouts';

export const FAIL = 50;

export function* amplified(cluster: Cluster, isTooMuch: (factor: number) => boolean): Iterable<Problem> {
  for (const { at, retries, before, factor, path } of stepsOf(cluster)) {
    if (retries > 0 && isTooMuch(factor) && !isTooMuch(before)) {
      yield problem(
        at,
        `One failing request becomes ${factor} requests on the path ${path.join(' → ')}.`,
        'Retry at one place on the path: disable other retries with `retries: { attempts: 0 }` in '
          + 'VirtualServices, and the default ones with `defaultHttpRetryPolicy: { attempts: 0 }` in the mesh '
          + 'configuration.',
      );
    }
  }
}

/**
 * A call or an entry, with the number of requests into which one request from outside may have multiplied before and
 * after it.
 */
interface Step {
  readonly at: Field;
  readonly retries: number;
  readonly before: number;
  readonly factor: number;
  readonly path: readonly string[];
}

/** The number of names at each end of a long path that a message contains. */
const SHOWN = 8;

/** Callers before callees; calls that would close a cycle are ignored. */
const stepsOf = memo((cluster: Cluster): readonly Step[] => {
  const most = new Map<Node, Pick<Step, 'factor' | 'path'>>();
  return callersFirst(CallGraph.of(cluster).nodes).flatMap(node => {
    const steps = [
      ...node.entries.map(entry =>
        stepTo(node, policyOfEntry(entry, cluster), entry.rule, {
          factor: 1,
          path: [entry.gateways[0]?.name ?? 'gateway'],
        }),
      ),
      ...node.incoming
        .filter(each => most.has(each.caller) && seesRequests(each))
        .map(call => stepTo(node, worst(policiesOf(call, cluster)), evidenceOf(call), most.get(call.caller))),
    ];
    most.set(
      node,
      steps.reduce((one: Pick<Step, 'factor' | 'path'>, other) => (other.factor > one.factor ? other : one), {
        factor: 1,
        path: [node.name],
      }),
    );
    return steps;
  });
});

function stepTo(
  node: Node,
  policy: CallPolicy | undefined,
  implicitAt: Field,
  before: Pick<Step, 'factor' | 'path'> = { factor: 1, path: [] },
): Step {
  const retries = policy?.retries ?? 0;
  const path = [...before.path, node.name];
  return {
    at: policy?.isExplicit ? policy.retriesAt : implicitAt,
    retries,
    before: before.factor,
    factor: before.factor * (1 + retries),
    path: path.length > 2 * SHOWN ? [...path.slice(0, SHOWN), '…', ...path.slice(1 - SHOWN)] : path,
  };
}

function worst(policy: readonly CallPolicy[]): CallPolicy | undefined {
  return policy.reduce(
    (most: CallPolicy | undefined, each) => (!most || each.retries > most.retries ? each : most),
    undefined,
  );
}
