import { Command, InvalidArgumentError } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

Each tier is a line with what its proxies and control plane reserve, and what it lacks of what the manifests use
between services. The arrow points at the simplest that lacks nothing. The exit code is 1 if the manifests use a tier
that lacks something, or one that nothing requires, and 2 for input that cannot be read.

Examples:
  $ cdk8s-cardinal advise dist
  $ kubectl get all,virtualservices,authorizationpolicies -A -o yaml | cdk8s-cardinal advise - --nodes 12
  $ cdk8s-cardinal advise dist --mutual-tls    # an auditor requires encryption between all services`;

/** The options as the command line has them. */
export interface AdviseValues extends InputValues {
  readonly mutualTls: boolean;
  readonly nodes: number;
}

/** The command \`advise\`, without its action. */
export function adviseCommand(): Command {
  const command = new Command('advise')
    .description('State the simplest tier that supports what manifests use: plain Kubernetes or a mesh.')
    .argument('[paths...]', 'files, folders, - for the standard input, or REVISION:PATH of git')
    .option('--mutual-tls', 'all calls between services have to be encrypted, with proof of the caller', false)
    .option('--nodes <number>', 'the nodes of the cluster, each with one pod of a DaemonSet (default: 3)', nodesOf, 3);
  return withInput(command).addHelpText('after', DETAILS);
}

function nodesOf(text: string): number {
  const nodes = Number(text);
  if (!Number.isSafeInteger(nodes) || nodes < 1) {
    throw new InvalidArgumentError('It is not a whole number above 0.');
  }
  return nodes;
}
