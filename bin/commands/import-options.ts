import { Command, Option } from 'commander';
import { type InputValues, withInput } from './input';

const DETAILS = `
Deployments, StatefulSets, DaemonSets, Services, VirtualServices, policies and Sidecars become services, calls and
traffic rules, and gateways with their routes become edges. Other objects of Istio and the Gateway API become typed
resources, and fields without a property become patches. All other objects are written to objects.yaml, which the model
includes: nothing is lost.

The model is rendered and compared with the manifests. Its first lines have the differences, the guesses, and the share
of the fields that are carried over. Calls are derived from addresses in variables and from policies; callers that
nothing denies stay allowed, marked as guesses. --calls known leaves these out: the model then denies them.

The exit code is 1 if traffic differs, and 2 for input that cannot be read or imported.

Examples:
  $ cdk8s-cardinal import k8s --out model
  $ helm template shop ./chart | cdk8s-cardinal import - --name shop --out model
  $ kustomize build overlays/production | cdk8s-cardinal import - --calls known --out model`;

/** The command \`import\`, without its action. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('Write a model in TypeScript that renders manifests with the same traffic.')
    .argument('[paths...]', 'files, folders, - for the standard input, or REVISION:PATH of git')
    .option('--out <folder>', 'write model.ts and objects.yaml to a new folder; without it the model is printed')
    .option('--name <name>', 'the name of the topology (default: the namespace)')
    .addOption(
      new Option('--mesh <mesh>', 'the target of the model (default: that of the manifests)').choices([
        'none',
        'istio',
        'ambient',
      ]),
    )
    .addOption(
      new Option('--calls <calls>', 'what becomes calls: all that is allowed, or what variables and policies have')
        .choices(['allowed', 'known'])
        .default('allowed'),
    );
  return withInput(command).addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface ImportValues extends InputValues {
  readonly out?: string;
  readonly name?: string;
  readonly mesh?: 'none' | 'istio' | 'ambient';
  readonly calls: 'allowed' | 'known';
}
