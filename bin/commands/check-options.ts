import { parseArgs } from 'node:util';
import { type CheckedCluster, noneOf, REPORT_FORMATS, Severity } from '../../lib/checks';
import { isMap, type NamespaceLabels } from '../../lib/manifests';

export const CHECK_USAGE = `cdk8s-cardinal check [FILES…|FOLDERS…|-] [options]

Checks Kubernetes manifests (YAML or JSON) and templates of the AWS CDK as one cluster. Without files: the paths and
environments of cardinal.yaml, or the output of \`cardinal synth\`, dist and cdk.out.

  --config FILE          the settings (default: cardinal.yaml in the working directory, if there is one)
  --no-plugins           load no plugins of the settings: for manifests and settings of strangers, e.g. pull requests
  --namespace NAME       the namespace of objects without one (default: default)
  --namespace-label NAMESPACE:KEY=VALUE
                         a label of a namespace that is not among the manifests, such as
                         shop:istio-injection=enabled; shop: has none, and * is every other namespace; may be repeated
  --cluster-domain NAME  the DNS domain of the cluster (default: cluster.local)
  --format FORMAT        text (default), json or sarif
  --fail-on SEVERITY     the lowest severity that makes it exit with 1: error (default), warning, info or never
  --strict               the same as --fail-on warning
  --suppress "ID: WHY"   suppress the findings of a check, or of a code, everywhere; may be repeated
  --no-inline-suppressions
                         ignore the suppressions in manifests, and report each of them
  --explain ID           what a code means, why, and what to do: of a check, of synthesis, of an error of the model,
                         of istioctl analyze or of Kiali
  --list                 all codes as Markdown: checks, the codes of istioctl analyze and Kiali with the checks that
                         find them, limits of templates, findings of synthesis, errors of the model

The exit code is 0 without findings, 1 with findings, and 2 for input that cannot be read or has no objects. \
An object suppresses a finding
by the annotation cardinal.cdk8s.io/suppress: "ID: WHY; ID: WHY".
`;

const FAILING: ReadonlyMap<string, readonly Severity[]> = new Map([
  ['error', [Severity.ERROR]],
  ['warning', [Severity.ERROR, Severity.WARNING]],
  ['info', Object.values(Severity)],
  ['never', []],
]);

/** The command line of `cardinal check`. */
export interface Options {
  /** Empty: those of the settings, or what `cardinal synth` wrote. */
  readonly paths: readonly string[];
  /** @default - cardinal.yaml in the working directory, if there is one */
  readonly config?: string;
  readonly plugins: boolean;
  readonly namespace?: string;
  /** By namespace. */
  readonly namespaceLabels: NamespaceLabels;
  readonly clusterDomain?: string;
  readonly format: (clusters: readonly CheckedCluster[]) => string;
  readonly failing: readonly Severity[];
  readonly suppress: Readonly<Record<string, string>>;
  readonly inlineSuppressions: boolean;
  readonly explain?: string;
  readonly list: boolean;
}

/** The options, or what is wrong with them. */
export function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        'no-plugins': { type: 'boolean', default: false },
        namespace: { type: 'string' },
        'namespace-label': { type: 'string', multiple: true, default: [] },
        'cluster-domain': { type: 'string' },
        format: { type: 'string', default: 'text' },
        'fail-on': { type: 'string' },
        strict: { type: 'boolean', default: false },
        suppress: { type: 'string', multiple: true, default: [] },
        'no-inline-suppressions': { type: 'boolean', default: false },
        explain: { type: 'string' },
        list: { type: 'boolean', default: false },
      },
    });
    const format = REPORT_FORMATS.get(values.format);
    const failOn = values['fail-on'] ?? (values.strict ? 'warning' : 'error');
    const failing = FAILING.get(failOn);
    const suppress = values.suppress.map(each => /^\s*([^:]+?)\s*:\s*(\S.*?)\s*$/.exec(each));
    if (!format) {
      return noneOf('--format', values.format, [...REPORT_FORMATS.keys()]);
    }
    if (!failing) {
      return noneOf('--fail-on', failOn, [...FAILING.keys()]);
    }
    if (suppress.some(each => each === null)) {
      return '--suppress needs the name of a check and the reason: "Check: reason".';
    }
    if (values.namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(values.namespace)) {
      return `--namespace ${values.namespace} is not the name of a namespace.`;
    }
    const wrong = values['namespace-label'].find(each => !NAMESPACE_LABEL.test(each));
    if (wrong !== undefined) {
      return `--namespace-label ${wrong} is not of the form NAMESPACE:KEY=VALUE.`;
    }
    return {
      paths: positionals,
      config: values.config,
      plugins: !values['no-plugins'],
      namespace: values.namespace,
      namespaceLabels: labelsOf(values['namespace-label']),
      clusterDomain: values['cluster-domain'],
      format,
      failing,
      suppress: Object.fromEntries(suppress.map(each => [each?.[1] ?? '', each?.[2] ?? ''])),
      inlineSuppressions: !values['no-inline-suppressions'],
      explain: values.explain,
      list: values.list,
    };
  } catch (error) {
    if (isMap(error) && String(error.code).startsWith('ERR_PARSE_ARGS_')) {
      return String(error.message);
    }
    throw error;
  }
}

/** A namespace, or `*`, with a label, or none. */
const NAMESPACE_LABEL = /^([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?|\*):(?:([\w./-]+)=([\w.-]*))?$/;

function labelsOf(texts: readonly string[]): NamespaceLabels {
  const labels = new Map<string, Record<string, string>>();
  for (const [, namespace = '', name, value = ''] of texts.map(each => NAMESPACE_LABEL.exec(each) ?? [])) {
    labels.set(namespace, { ...labels.get(namespace), ...(name === undefined ? {} : { [name]: value }) });
  }
  return Object.fromEntries(labels);
}
