import { Command, Option } from 'commander';
import { CHANGE_KINDS } from '../../lib/analysis';
import { type InputValues, withInput } from './input';

/** The command \`diff\`, without its action. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('Print what a change of manifests does to traffic, the riskiest first, and to objects.')
    .argument('<before>', 'a file, a folder, - or REVISION:PATH')
    .argument('<after>', 'the same')
    .option('--fail-on <kinds>', 'the kinds of change with exit code 1, separated by commas, or any')
    .option('--allow <kinds>', 'the only kinds of change without exit code 1, separated by commas')
    .addOption(
      new Option('--format <format>', 'the format of the result').choices(['text', 'json', 'markdown']).default('text'),
    );
  return withInput(command).addHelpText('after', details);
}

function details(): string {
  const kinds = Object.entries(CHANGE_KINDS);
  const width = Math.max(...kinds.map(([kind]) => kind.length));
  return `
BEFORE and AFTER are files, folders, - for the standard input, or revisions of git with a path, such as main:manifests,
which are read without the work tree.

The kinds of change, the riskiest first:
${kinds.map(([kind, meaning]) => `  ${kind.padEnd(width)}  ${meaning}`).join('\n')}

The exit code is 0, or 1 for a change that --fail-on has or --allow has not, and 2 for input that cannot be read.

Examples:
  $ cdk8s-cardinal diff main:dist dist
  $ kubectl get -A -o yaml all,virtualservices,authorizationpolicies | cdk8s-cardinal diff - dist
  $ cdk8s-cardinal diff main:dist dist --format markdown > comment.md
  $ cdk8s-cardinal diff main:dist dist --fail-on exposed,opened`;
}

/** The options as the command line has them. */
export interface DiffValues extends InputValues {
  readonly failOn?: string;
  readonly allow?: string;
  readonly format: string;
}
