import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkManifests, checksNamed, checkTable, coverageTable, type Report, Severity, toJson, toSarif, toText } from '../../lib/checks';
import { Cluster, isMap, readResources } from '../../lib/manifests';
import { explain } from './explain';

export const CHECK_USAGE = `cardinal check [FILES…|FOLDERS…|-] [options]

Checks Kubernetes manifests (YAML or JSON) and templates of the AWS CDK as one cluster. Without files: what \`cardinal synth\` wrote, dist and cdk.out.

  --namespace NAME       the namespace of objects that name none (default: default)
  --cluster-domain NAME  the domain of the cluster's own names (default: cluster.local)
  --format FORMAT        text (default), json or sarif
  --fail-on SEVERITY     what makes it exit with 1: error (default), warning, info or never
  --strict               the same as --fail-on warning
  --suppress "ID: WHY"   accept the findings of a check everywhere; may be repeated
  --explain ID           say what a check looks for and why; a code of istioctl analyze or Kiali will do
  --list                 all checks, and all codes of istioctl analyze and Kiali with the checks that find them, as Markdown

It exits with 0, with 1 for findings, and with 2 for input that cannot be read, or has no object. An object accepts a finding by the annotation
cardinal.cdk8s.io/suppress: "ID: WHY; ID: WHY".
`;

const FORMATS: Readonly<Partial<Record<string, (report: Report, objects: number) => string>>> = { text: toText, json: toJson, sarif: toSarif };
const FAILING: Readonly<Partial<Record<string, readonly Severity[]>>> = {
  error: [Severity.ERROR],
  warning: [Severity.ERROR, Severity.WARNING],
  info: Object.values(Severity),
  never: [],
};

/** Checks manifests and prints what was found; gives back the exit code. */
export function check(args: readonly string[]): number {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n\n${CHECK_USAGE}`);
    return 2;
  }
  if (options.list) {
    process.stdout.write(`${checkTable()}\n\n${coverageTable()}\n`);
    return 0;
  }
  if (options.explain !== undefined) {
    const text = explain(options.explain);
    (text === undefined ? process.stderr : process.stdout).write(text ?? `There is no check and no code "${options.explain}".\n`);
    return text === undefined ? 2 : 0;
  }
  const { resources, errors } = readResources(options.paths, options.namespace);
  errors.forEach(each => process.stderr.write(`${each.message}\n`));
  if (resources.length === 0 && errors.length === 0) {
    process.stderr.write(`There is no object in ${options.paths.join(', ')}: an earlier command may have failed.\n`);
  }
  const report = checkManifests(new Cluster(resources, { clusterDomain: options.clusterDomain }), { suppress: options.suppress });
  process.stdout.write(options.format(report, resources.length));
  return errors.length > 0 || resources.length === 0 ? 2 : report.findings.some(each => options.failing.includes(each.severity)) ? 1 : 0;
}

interface Options {
  readonly paths: readonly string[];
  readonly namespace?: string;
  readonly clusterDomain?: string;
  readonly format: (report: Report, objects: number) => string;
  readonly failing: readonly Severity[];
  readonly suppress: Readonly<Record<string, string>>;
  readonly explain?: string;
  readonly list: boolean;
}

/** The options, or what is wrong with them. */
function optionsOf(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        'namespace': { type: 'string' },
        'cluster-domain': { type: 'string' },
        'format': { type: 'string', default: 'text' },
        'fail-on': { type: 'string' },
        'strict': { type: 'boolean', default: false },
        'suppress': { type: 'string', multiple: true, default: [] },
        'explain': { type: 'string' },
        'list': { type: 'boolean', default: false },
      },
    });
    const format = FORMATS[values.format];
    const failing = FAILING[values['fail-on'] ?? (values.strict ? 'warning' : 'error')];
    const paths = positionals.length > 0 ? positionals : ['dist', 'cdk.out'].filter(each => existsSync(each));
    const suppress = values.suppress.map(each => /^\s*([^:]+?)\s*:\s*(\S.*?)\s*$/.exec(each));
    if (!format || !failing) {
      return format ? `--fail-on ${values['fail-on']} is none of ${Object.keys(FAILING).join(', ')}.` : `--format ${values.format} is none of ${Object.keys(FORMATS).join(', ')}.`;
    }
    if (suppress.some(each => checksNamed(each?.[1] ?? '').length === 0)) {
      return '--suppress takes the name of a check and the reason: "Check: reason".';
    }
    if (paths.length === 0 && values.explain === undefined && !values.list) {
      return 'There is neither dist nor cdk.out here. Name the files to check, or run `cardinal synth` first.';
    }
    return {
      paths,
      namespace: values.namespace,
      clusterDomain: values['cluster-domain'],
      format,
      failing,
      suppress: Object.fromEntries(suppress.flatMap(each => checksNamed(each?.[1] ?? '').map(({ id }) => [id, each?.[2] ?? '']))),
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
