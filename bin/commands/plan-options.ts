import { Command, Option } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
BEFORE and AFTER are files, folders, - for the standard input, or revisions of git with a path, such as main:dist.
With FURTHER states, the plan leads from each state to the next, such as namespace by namespace to ambient mode.

The evaluator compares each state between the steps with both: the exit code is 1 if one of them loses requests that
both allow, and 2 for input that cannot be read. --out writes the objects to a folder that does not exist yet:
  steps   a folder for each step, with apply.yaml and delete.yaml, for kubectl
  argocd  a folder for each commit, whose objects have sync waves
  flux    a folder for each commit, with Kustomizations that depend on each other

Examples:
  $ cdk8s-cardinal plan main:dist dist
  $ cdk8s-cardinal plan main:dist dist --out steps && kubectl apply -f steps/1-grants/apply.yaml
  $ cdk8s-cardinal plan main:dist dist --out commits --layout argocd
  $ cdk8s-cardinal plan states/sidecars states/mixed states/ambient`;

/** The command \`plan\`, without its action. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('Print the order in which a change of manifests loses no request that both allow.')
    .argument('<before>', 'a file, a folder, - or REVISION:PATH')
    .argument('<after>', 'the same')
    .argument('[further...]', 'the states after that, in order')
    .option('--out <folder>', 'write the objects of each step to a new folder')
    .addOption(
      new Option('--layout <layout>', 'the layout of --out').choices(['steps', 'argocd', 'flux']).default('steps'),
    )
    .addOption(new Option('--format <format>', 'the format of the result').choices(['text', 'json']).default('text'));
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface PlanValues extends InputValues {
  readonly out?: string;
  readonly layout: 'steps' | 'argocd' | 'flux';
  readonly format: 'text' | 'json';
}
