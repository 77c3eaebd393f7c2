/** How a task is expressed. */
export enum Support {
  /** By the topology and its properties, with the documented meaning. */
  MODEL = 'model',
  /** By typed resources beside the topology, or by patches of what it renders. */
  RESOURCES = 'resources',
  /** Not at all, or only with manifests that no type checks. */
  NO = 'no',
  /** It needs no manifests of the application. */
  NOTHING_TO_DECLARE = 'nothing to declare',
}

export interface Task {
  readonly area: string;
  readonly task: string;
  readonly support: Support;
  /** One short phrase, with the API in backticks. */
  readonly how: string;
  /** `FILE › NAME`: the file below `test/`, and a part of the name of one test in it. */
  readonly shownBy?: string;
}

type TaskOfArea = Omit<Task, 'area'>;

export function tasksOf(area: string, tasks: readonly TaskOfArea[]): Task[] {
  return tasks.map(task => ({ area, ...task }));
}

export function model(task: string, how: string, shownBy: string): TaskOfArea {
  return { task, support: Support.MODEL, how, shownBy };
}

export function resources(task: string, how: string): TaskOfArea {
  return { task, support: Support.RESOURCES, how };
}

export function no(task: string, missing: string): TaskOfArea {
  return { task, support: Support.NO, how: missing };
}

export function nothing(task: string, how: string): TaskOfArea {
  return { task, support: Support.NOTHING_TO_DECLARE, how };
}
