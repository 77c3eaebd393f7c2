import { Command } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

The page has the graph, the findings, the matrix, and requests step by step, also those that you enter. It is read again
when a file changes. The server is reachable from this machine alone, and writes nothing. It runs until it is
interrupted; the exit code is 2 for input that cannot be read, and for a port that is in use.

Examples:
  $ cdk8s-cardinal serve dist
  $ cdk8s-cardinal serve manifests --port 9000`;

/** The command \`serve\`, without its action. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Show the graph, findings and requests of manifests on a page of this machine.')
    .argument('[paths...]', 'files or folders')
    .option('--no-findings', 'mark no workloads with findings')
    .option('--port <number>', 'the port on 127.0.0.1', '8090');
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface ServeValues extends InputValues {
  readonly findings: boolean;
  readonly port: string;
}
