import { Command } from 'commander';
import { type CheckedCluster, noneOf, REPORT_FORMATS, Severity } from '../../lib/checks';
import { type ApiVersions, type NamespaceLabels, type Platform, problemOfVersion } from '../../lib/manifests';
import { isNamespace, namespaceLabelsOf, repeated } from './namespace-labels';

const DETAILS = `
Without files: the paths and environments of cardinal.yaml, or the output of \`synth\`, dist and cdk.out.

The exit code is 0 without findings, 1 with findings, and 2 for input that cannot be read or has no objects.
An object suppresses a finding by the annotation cardinal.cdk8s.io/suppress: "ID: WHY; ID: WHY".

Examples:
  $ cdk8s-cardinal check manifests/ --strict
  $ helm template web ./chart | cdk8s-cardinal check - --namespace web
  $ cdk8s-cardinal check --cluster --context staging --namespace shop
  $ cdk8s-cardinal check dist --format sarif > findings.sarif
  $ cdk8s-cardinal check k8s/ --watch
  $ cdk8s-cardinal check --explain UnknownDestination`;

/** The command \`check\`, without its action. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Check Kubernetes manifests (YAML or JSON) and templates of the AWS CDK as one cluster.')
    .argument('[paths...]', 'files, folders, or - for the standard input')
    .option('--config <file>', 'the settings (default: cardinal.yaml in the working directory, if there is one)')
    .option('--no-plugins', 'load no plugins of the settings: for manifests and settings of others, e.g. pull requests')
    .option('--cluster', 'check what runs in a cluster, read with kubectl, in place of files', false)
    .option('--context <name>', 'with --cluster: the context of the kubeconfig (default: the current one)')
    .option(
      '--namespace <name>',
      'the namespace of objects without one (default: default); with --cluster: print findings of this namespace only',
    )
    .option(
      '--namespace-label <namespace:key=value>',
      'a label of a namespace that is not among the manifests, such as shop:istio-injection=enabled; shop: has none, '
        + 'and * is every other namespace; may be repeated',
      repeated,
      [],
    )
    .option('--build', 'render kustomizations and Helm charts in folders, with kustomize or kubectl and helm', false)
    .option('--cluster-domain <name>', 'the DNS domain of the cluster (default: cluster.local)')
    .option('--kubernetes-version <version>', 'the version of Kubernetes in the cluster (default: the newest known)')
    .option('--istio-version <version>', 'the version of Istio in the cluster (default: the newest known)')
    .option('--format <format>', 'text, json or sarif (default: text)', 'text')
    .option('--fail-on <severity>', 'the lowest severity for exit code 1: error (default), warning, info or never')
    .option('--strict', 'the same as --fail-on warning', false)
    .option(
      '--suppress <id:why>',
      'suppress the findings of a check, or of a code, everywhere; may be repeated',
      repeated,
      [],
    )
    .option('--baseline <file>', 'an earlier report as JSON, whose findings are suppressed')
    .option('--no-inline-suppressions', 'ignore the suppressions in manifests, and report each of them')
    .option('--watch', 'check again whenever files change, until Ctrl-C: for editors and terminals', false)
    .option('--explain <id>', 'what a code means, why, and what to do, also of istioctl analyze and Kiali')
    .option('--list', 'all codes as Markdown', false)
    .addHelpText('after', DETAILS);
}

/** The options as the command line has them. */
export interface CheckValues extends ApiVersions {
  readonly config?: string;
  readonly plugins: boolean;
  readonly cluster: boolean;
  readonly context?: string;
  readonly namespace?: string;
  readonly namespaceLabel: readonly string[];
  readonly clusterDomain?: string;
  readonly format: string;
  readonly failOn?: string;
  readonly strict: boolean;
  readonly build: boolean;
  readonly suppress: readonly string[];
  readonly baseline?: string;
  readonly inlineSuppressions: boolean;
  readonly watch: boolean;
  readonly explain?: string;
  readonly list: boolean;
}

/** The command line of `cardinal check`. */
export interface Options extends ApiVersions {
  /** Empty: those of the settings, or what `cardinal synth` wrote. */
  readonly paths: readonly string[];
  /** @default - cardinal.yaml in the working directory, if there is one */
  readonly config?: string;
  readonly plugins: boolean;
  /** Whether a running cluster is checked, in place of paths. */
  readonly cluster: boolean;
  /** @default - the current context of the kubeconfig */
  readonly context?: string;
  readonly namespace?: string;
  /** By namespace. */
  readonly namespaceLabels: NamespaceLabels;
  readonly clusterDomain?: string;
  /** Whether kustomizations and charts are rendered. */
  readonly build: boolean;
  readonly format: (clusters: readonly CheckedCluster[]) => string;
  readonly failing: readonly Severity[];
  readonly suppress: Readonly<Record<string, string>>;
  /** @default - none */
  readonly baseline?: string;
  readonly inlineSuppressions: boolean;
  readonly watch: boolean;
  readonly explain?: string;
  readonly list: boolean;
}

/** The options, or what is wrong with them. */
export function optionsOf(paths: readonly string[], values: CheckValues): Options | string {
  const format = REPORT_FORMATS.get(values.format);
  const failOn = values.failOn ?? (values.strict ? 'warning' : 'error');
  const severities = severitiesThatFail();
  const failing = severities.get(failOn);
  const suppress = values.suppress.map(each => /^\s*([^:]+?)\s*:\s*(\S.*?)\s*$/.exec(each));
  if (!format) {
    return noneOf('--format', values.format, [...REPORT_FORMATS.keys()]);
  }
  if (!failing) {
    return noneOf('--fail-on', failOn, [...severities.keys()]);
  }
  if (suppress.some(each => each === null)) {
    return '--suppress needs the name of a check and the reason: "Check: reason".';
  }
  if (values.namespace !== undefined && !isNamespace(values.namespace)) {
    return `--namespace ${values.namespace} is not the name of a namespace.`;
  }
  if (values.cluster && (paths.length > 0 || values.build)) {
    return '--cluster checks what runs, without files and --build. Check files in a run of their own.';
  }
  if (values.context !== undefined && !values.cluster) {
    return '--context names the cluster of --cluster, which is missing.';
  }
  if (values.watch && (paths.includes('-') || values.cluster || values.explain !== undefined || values.list)) {
    return '--watch checks files again when they change: not the standard input, a cluster, --explain or --list.';
  }
  if (values.watch && values.format !== 'text') {
    return `--watch prints a report after each change, as text: not --format ${values.format}, which is one document.`;
  }
  const unserved =
    unservedVersion('--kubernetes-version', 'Kubernetes', values.kubernetesVersion)
    ?? unservedVersion('--istio-version', 'Istio', values.istioVersion);
  if (unserved !== undefined) {
    return unserved;
  }
  const namespaceLabels = namespaceLabelsOf(values.namespaceLabel);
  if (typeof namespaceLabels === 'string') {
    return namespaceLabels;
  }
  return {
    ...values,
    paths,
    namespaceLabels,
    format,
    failing,
    suppress: Object.fromEntries(suppress.map(each => [each?.[1] ?? '', each?.[2] ?? ''])),
  };
}

function unservedVersion(option: string, platform: Platform, version?: string): string | undefined {
  const problem = version === undefined ? undefined : problemOfVersion(platform, version);
  return problem === undefined ? undefined : `${option}: ${problem}`;
}

/** The severities that fail a run, by the value of `--fail-on`. */
function severitiesThatFail(): ReadonlyMap<string, readonly Severity[]> {
  return new Map([
    ['error', [Severity.ERROR]],
    ['warning', [Severity.ERROR, Severity.WARNING]],
    ['info', Object.values(Severity)],
    ['never', []],
  ]);
}
