import { Command, Option } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

Namespaces with their workloads, and a call for each caller and callee that it reaches: its port, shares, timeout and
retries. In svg and html a Service is one box with its versions. html is one page that loads nothing: it has search,
details of each service, and requests step by step, as \`route\` explains them; with --before also what changed.
Calls of which policies allow some requests only are dashed. Workloads with findings of \`check\`, about them,
their Services and their policies, are marked. The exit code is 0, and 2 for input that cannot be read.

Examples:
  $ cdk8s-cardinal graph dist > traffic.mmd             # Mermaid, as GitHub and GitLab render it in Markdown
  $ cdk8s-cardinal graph dist --format dot | dot -Tsvg > traffic.svg
  $ cdk8s-cardinal graph dist --format html > traffic.html
  $ cdk8s-cardinal graph dist --format html --before main:dist > change.html`;

/** The command \`graph\`, without its action. */
export function graphCommand(): Command {
  const command = new Command('graph')
    .description('Print the graph of which workloads reach which, on which terms.')
    .argument('[paths...]', 'files, folders, - for the standard input, or REVISION:PATH of git')
    .option('--no-findings', 'mark no workloads with findings')
    .option('--before <manifests>', 'svg and html: compare with these manifests: files, folders, or a revision of git')
    .addOption(
      new Option('--format <format>', 'the format of the graph')
        .choices(['mermaid', 'dot', 'json', 'svg', 'html'])
        .default('mermaid'),
    );
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface GraphValues extends InputValues {
  readonly findings: boolean;
  readonly before?: string;
  readonly format: string;
}
