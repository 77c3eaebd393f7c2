import { Support, type Task, TASKS } from '../test/tasks';

/** The page with a table of tasks for each area. */
export function tasksPage(): string {
  return [
    '# Everyday tasks',
    '',
    'Tasks of the documentation of Istio, Linkerd, the Gateway API, Amazon API Gateway and Kubernetes, and how a',
    'topology expresses them. Generated from `test/tasks`, where each task of the model names the test that shows it.',
    '',
    '- `model`: a topology and its properties have the documented meaning.',
    '- `resources`: typed resources beside the topology, or patches of what it renders '
      + '([escape-hatches.md](escape-hatches.md)).',
    '- `no`: it is not supported; the column names what is missing.',
    '- `nothing to declare`: it needs no manifests of the application.',
    '',
    ...countsOf(TASKS),
    ...areas().flatMap(area => ['', ...tableOf(area)]),
    '',
  ].join('\n');
}

function countsOf(tasks: readonly Task[]): string[] {
  const supports = Object.values(Support);
  const row = (name: string, of: readonly Task[]) => {
    const counts = supports.map(each => of.filter(({ support }) => support === each).length);
    return `| ${[name, ...counts, of.length].join(' | ')} |`;
  };
  return [
    `| area | ${supports.join(' | ')} | all |`,
    `|---|${supports.map(() => '---|').join('')}---|`,
    ...areas().map(area => row(area, tasksIn(area))),
    row('all', tasks),
  ];
}

function tableOf(area: string): string[] {
  return [
    `## ${area}`,
    '',
    '| task | support | how, or what is missing |',
    '|---|---|---|',
    ...tasksIn(area).map(({ task, support, how }) => `| ${task} | ${support} | ${how} |`),
  ];
}

function areas(): string[] {
  return [...new Set(TASKS.map(each => each.area))];
}

function tasksIn(area: string): Task[] {
  return TASKS.filter(each => each.area === area);
}
