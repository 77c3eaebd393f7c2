import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkManifests, CHECKS, checksNamed, checkTable, coverageTable, type Report, Severity, toJson, toSarif, toText } from '../../lib/checks';
import { Cluster, isMap, printableLine, readResources } from '../../lib/manifests';
import { explain } from './explain';
import { noneOf, suggestion } from './suggestion';

export const CHECK_USAGE = `cdk8s-cardinal check [FILES…|FOLDERS…|-] [options]

Checks Kubernetes manifests (YAML or JSON) and templates of the AWS CDK as one cluster. Without files: the output of \`cdk8s-cardinal synth\`, dist and cdk.out.

  --namespace NAME       the namespace of objects without one (default: default)
  --cluster-domain NAME  the DNS domain of the cluster (default: cluster.local)
  --format FORMAT        text (default), json or sarif
  --fail-on SEVERITY     the lowest severity that makes it exit with 1: error (default), warning, info or never
  --strict               the same as --fail-on warning
  --suppress "ID: WHY"   suppress the findings of a check, or of a code, everywhere; may be repeated
  --no-inline-suppressions
                         ignore the suppressions in manifests, and report each of them
  --explain ID           explain a check; also accepts a code of istioctl analyze or Kiali
  --list                 all checks, and all codes of istioctl analyze and Kiali with the checks that find them, as Markdown

The exit code is 0 without findings, 1 with findings, and 2 for input that cannot be read or has no objects. An object suppresses a finding by the annotation
cardinal.cdk8s.io/suppress: "ID: WHY; ID: WHY".
`;

const FORMATS: ReadonlyMap<string, (report: Report, objects: number) => string> = new Map([['text', toText], ['json', toJson], ['sarif', toSarif]]);
const FAILING: ReadonlyMap<string, readonly Severity[]> = new Map([
  ['error', [Severity.ERROR]],
  ['warning', [Severity.ERROR, Severity.WARNING]],
  ['info', Object.values(Severity)],
  ['never', []],
]);
const NAMES = [...new Set(CHECKS.flatMap(({ id, covers }) => [id, ...covers]))];

/** Checks manifests and prints the findings; returns the exit code. */
export function check(args: readonly string[]): number {
  const options = optionsOf(args);
  if (typeof options === 'string') {
    process.stderr.write(`${printableLine(options)}\n\n${CHECK_USAGE}`);
    return 2;
  }
  if (options.list) {
    process.stdout.write(`${checkTable()}\n\n${coverageTable()}\n`);
    return 0;
  }
  if (options.explain !== undefined) {
    const text = explain(options.explain);
    if (text === undefined) {
      process.stderr.write(`${printableLine(`There is no check and no code "${options.explain}".${suggestion(options.explain, NAMES)}`)}\n`);
      return 2;
    }
    process.stdout.write(text);
    return 0;
  }
  const { resources, errors } = readResources(options.paths, options.namespace);
  errors.forEach(each => process.stderr.write(`${each.message}\n`));
  if (resources.length === 0 && errors.length === 0) {
    process.stderr.write(`${printableLine(`There is no object in ${options.paths.join(', ')}: an earlier command may have failed.`)}\n`);
  }
  const report = checkManifests(new Cluster(resources, { clusterDomain: options.clusterDomain }), { suppress: options.suppress, inlineSuppressions: options.inlineSuppressions });
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
  readonly inlineSuppressions: boolean;
  readonly explain?: string;
  readonly list: boolean;
}

/** The options, or an error message. */
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
        'no-inline-suppressions': { type: 'boolean', default: false },
        'explain': { type: 'string' },
        'list': { type: 'boolean', default: false },
      },
    });
    const format = FORMATS.get(values.format);
    const failOn = values['fail-on'] ?? (values.strict ? 'warning' : 'error');
    const failing = FAILING.get(failOn);
    const paths = positionals.length > 0 ? positionals : ['dist', 'cdk.out'].filter(each => existsSync(each));
    const suppress = values.suppress.map(each => /^\s*([^:]+?)\s*:\s*(\S.*?)\s*$/.exec(each));
    if (!format) {
      return noneOf('--format', values.format, [...FORMATS.keys()]);
    }
    if (!failing) {
      return noneOf('--fail-on', failOn, [...FAILING.keys()]);
    }
    if (suppress.some(each => each === null)) {
      return '--suppress needs the name of a check and the reason: "Check: reason".';
    }
    const unknown = suppress.map(each => each?.[1] ?? '').find(each => checksNamed(each).length === 0);
    if (unknown !== undefined) {
      return `--suppress: there is no check and no code "${unknown}".${suggestion(unknown, NAMES)}`;
    }
    if (paths.length === 0 && values.explain === undefined && !values.list) {
      return 'There is neither dist nor cdk.out here. Pass the files to check, or run `npx cdk8s-cardinal synth` first.';
    }
    return {
      paths,
      namespace: values.namespace,
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
