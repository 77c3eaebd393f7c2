import { Command, Option } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

A row for each caller and each callee that it reaches by any route: all requests, or some of them, which includes
those of which the manifests do not determine the result. The exit code is 0, with --assert 1 if a rule is violated,
and 2 for input that cannot be read and for rules that match nothing.

A file of rules:
  rules:
    - name: Nothing outside payments reaches the card vault
      deny:
        from: { except: { namespace: payments } }
        to: { namespace: payments, labels: { app: card-vault } }

Examples:
  $ cdk8s-cardinal matrix dist
  $ cdk8s-cardinal matrix dist --format csv > reaches.csv
  $ cdk8s-cardinal matrix dist --assert reachability.yaml
  $ cdk8s-cardinal matrix main:dist                   # in a revision of git`;

/** The command \`matrix\`, without its action. */
export function matrixCommand(): Command {
  const command = new Command('matrix')
    .description('Print which callers reach which callees, or compare that with rules.')
    .argument('[paths...]', 'files, folders, - for the standard input, or REVISION:PATH of git')
    .option('--assert <file>', 'rules on which callers reach which callees')
    .addOption(
      new Option('--format <format>', 'the format of the result').choices(['table', 'csv', 'json']).default('table'),
    );
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface MatrixValues extends InputValues {
  readonly assert?: string;
  readonly format: string;
}
