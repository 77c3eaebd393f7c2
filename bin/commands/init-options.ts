import { Command, Option } from 'commander';

const DETAILS = `
The folder gets a model, an app for the cluster, an app for AWS if an API is in front, a test, and a CI workflow for GitHub.
Files that exist are never overwritten.

Examples:
  $ npx cdk8s-cardinal init shop
  $ npx cdk8s-cardinal init shop --mesh none --edge gateway
  $ npx cdk8s-cardinal init bookinfo --from bookinfo`;

/** What serves the edge, and its template folders. */
export const EDGES = ['gateway', 'http-api', 'rest-api'] as const;

/** The targets between services. */
export const MESHES = ['istio', 'ambient', 'none'] as const;

/** The options as the command line has them. */
export interface InitValues {
  readonly edge?: (typeof EDGES)[number];
  readonly mesh: (typeof MESHES)[number];
  readonly from?: 'bookinfo';
}

/** The command \`init\`, without its action. */
export function initCommand(): Command {
  return new Command('init')
    .description('Create a project that synthesizes and passes its tests.')
    .argument('[folder]', 'the folder of the project (default: the working directory)')
    .addOption(
      new Option(
        '--edge <kind>',
        'gateway: in the cluster only; http-api, rest-api: behind an API of Amazon API Gateway (default: http-api)',
      ).choices(EDGES),
    )
    .addOption(
      new Option('--mesh <mesh>', 'istio: with sidecars; ambient: Istio without them; none')
        .choices(MESHES)
        .default('istio'),
    )
    .addOption(new Option('--from <example>', 'the model of an example instead of a small shop').choices(['bookinfo']))
    .addHelpText('after', DETAILS);
}
