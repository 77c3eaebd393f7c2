import { Command, InvalidArgumentError, Option } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
BEFORE and AFTER are those of \`plan\`: files, folders, - for the standard input, or revisions of git with a path.

Each step is a server-side apply, and a deletion of what the step removes, by kubectl. The next step begins when types
are established, Gateways are programmed, rollouts are complete, and no proxy has an older configuration, as
\`istioctl proxy-status\` reports. A step that fails ends the command with 1, and so does a plan that loses requests.

--apply-set adds the objects of each namespace to an ApplySet, whose parent is a ConfigMap of that name, and deletes the
objects that an earlier run added and that are no longer declared. Objects of the whole cluster are not in it.

Examples:
  $ cdk8s-cardinal apply main:dist dist --dry-run
  $ cdk8s-cardinal apply main:dist dist --apply-set shop
  $ kubectl get all -A -o yaml | cdk8s-cardinal apply - dist --context staging`;

/** The command \`apply\`, without its action. */
export function applyCommand(): Command {
  const command = new Command('apply')
    .description('Carry out a change of manifests in a cluster, in the order of `plan`.')
    .argument('<before>', 'a file, a folder, - or REVISION:PATH')
    .argument('<after>', 'the same')
    .option('--dry-run', 'have the API server validate each step, and change nothing', false)
    .option('--apply-set <name>', 'delete what earlier runs have applied and AFTER does not declare')
    .option('--force-conflicts', 'overwrite fields of other managers', false)
    .option('--context <name>', 'the context of the kubeconfig (default: the current one)')
    .addOption(seconds('--timeout <seconds>', 'the limit of each wait', '300'))
    .addOption(seconds('--settle <seconds>', 'the time in which istiod collects changes', '10'));
  return withInput(command).addHelpText('after', DETAILS);
}

function seconds(flags: string, description: string, value: string): Option {
  return new Option(flags, description).default(value).argParser(text => {
    if (!/^\d{1,5}$/.test(text)) {
      throw new InvalidArgumentError(`"${text}" is not a number of seconds.`);
    }
    return text;
  });
}

/** The options as the command line has them. */
export interface ApplyValues extends InputValues {
  readonly dryRun: boolean;
  readonly applySet?: string;
  readonly forceConflicts: boolean;
  readonly context?: string;
  readonly timeout: string;
  readonly settle: string;
}
