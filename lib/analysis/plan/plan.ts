import { contextOf, lostRequests, servedRequests } from '../../dataplane';
import { type Cluster, Kind, type Resource } from '../../manifests';
import { type Action, actionsOf } from './actions';
import { type Stage, STAGES } from './stages';

/** A set of objects to apply or delete together, before the next one. */
export interface Step {
  readonly stage: Stage;
  readonly title: string;
  readonly apply: readonly Action[];
  readonly remove: readonly Action[];
  /** What to wait for before the next step. */
  readonly wait: string;
}

/** The steps from one set of manifests to another. */
export interface Plan {
  readonly steps: readonly Step[];
  /** The requests that both sets of manifests allow, and a state between them does not. */
  readonly losses: readonly Loss[];
}

interface Loss {
  /** The number of the step, from 1. */
  readonly step: number;
  /** The caller, the host with its port, and the match of the route. */
  readonly request: string;
}

/** The plan of a change, with its losses as the evaluator finds them in each state between the two. */
export function planOf(before: Cluster, after: Cluster): Plan {
  const actions = actionsOf(before, after);
  const stages = Object.keys(STAGES) as Stage[];
  const steps = stages.flatMap((stage): Step[] => {
    const all = actions.filter(each => each.stage === stage);
    const own = stage === 'labels' ? inOrder(all) : all;
    const [apply, remove] = [own.filter(each => each.does === 'apply'), own.filter(each => each.does === 'delete')];
    return own.length === 0 ? [] : [{ stage, ...STAGES[stage], apply, remove }];
  });
  return { steps, losses: lossesIn(steps, before, after) };
}

/** Namespaces first: their labels decide about the Pods of the workloads beside them. */
function inOrder(actions: readonly Action[]): readonly Action[] {
  const isNamespace = ({ resource }: Action) => resource.type === Kind.NAMESPACE;
  return [...actions.filter(isNamespace), ...actions.filter(each => !isNamespace(each))];
}

/** The objects after each step. */
export function statesOf(steps: readonly Step[], before: Cluster): readonly (readonly Resource[])[] {
  const state = new Map(before.resources.map(each => [`${each.type} ${each.key}`, each]));
  return steps.map(({ apply, remove }) => {
    apply.forEach(({ resource }) => state.set(`${resource.type} ${resource.key}`, resource));
    remove.forEach(({ resource }) => state.delete(`${resource.type} ${resource.key}`));
    return [...state.values()];
  });
}

function lossesIn(steps: readonly Step[], before: Cluster, after: Cluster): Loss[] {
  const [old, now] = [servedRequests(contextOf(before)), servedRequests(contextOf(after))];
  return statesOf(steps, before)
    .slice(0, -1)
    .flatMap((resources, index) =>
      lostRequests(old, now, servedRequests(contextOf(after.withResources(resources)))).map(request => ({
        step: index + 1,
        request,
      })),
    );
}
