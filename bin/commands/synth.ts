import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  assumedBy,
  checkManifests,
  ConfigError,
  describeFinding,
  type ManifestFinding,
  PluginError,
  Severity,
  UNUSED_SUPPRESSION,
} from '../../lib/checks';
import { Cluster, printableLine, readResources } from '../../lib/manifests';
import { outputOf, runApps } from './apps';
import { Progress } from './progress';
import { type Settings, settingsOf } from './settings';
import { summarize } from './summary';

/** Runs the cdk8s app and the CDK app of a folder in parallel, then prints a summary of the result. */
export async function synth(folder: string): Promise<number> {
  const started = process.hrtime.bigint();
  const apps = runApps(folder);
  if (apps.length === 0) {
    const problem = `There is neither a cdk8s.yaml nor a cdk.json in ${folder}. Change to the folder of the app.`;
    process.stderr.write(`${printableLine(problem)}\n`);
    return 2;
  }
  const progress = new Progress();
  // While the apps run, the checks are loaded for the settings.
  const settings = tried(() => settingsOf(undefined, true, folder));
  const runs = await progress.during('The apps run', Promise.all(apps));
  if (settings instanceof Error) {
    process.stderr.write(`${settings.message}\n`);
    return 2;
  }
  const failed = runs.filter(each => each.code !== 0);
  if (failed.length > 0) {
    failed.forEach(({ name, errors }) => process.stderr.write(`${name} synth failed:\n${whatWentWrong(errors)}\n`));
    return 1;
  }
  const findings = runs.flatMap(({ errors }) => errors.split('\n').filter(line => /^(warning|\[Warning)/i.test(line)));
  const [manifests, templates] = [outputOf(folder), join(folder, 'cdk.out')];
  const { resources, errors, unreadable } = readResources([manifests, templates].filter(each => existsSync(each)));
  const notRead = [...errors, ...unreadable];
  progress.step(`${resources.length} objects are checked`);
  const { config, checks } = settings;
  const { severities, suppressions } = config ?? {};
  const cluster = new Cluster(resources, assumedBy(config ?? {}, { denyingAuthorizers: [] }));
  const report = checkManifests(cluster, { checks, severities, suppressions });
  // A suppression of the settings may be for manifests that are not of these apps.
  const isOfOthers = ({ id, file }: ManifestFinding) => id === UNUSED_SUPPRESSION.id && file === config?.file;
  const severe = report.findings.filter(each => each.severity !== Severity.INFO && !isOfOthers(each));
  const found = [
    ...findings,
    ...notRead.map(each => each.message),
    ...severe.map(each => `${each.file ?? ''}:${each.line ?? ''}:${each.column ?? ''}: ${describeFinding(each)}`),
  ];
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  process.stdout.write(summarize({ manifests, templates, findings: found, seconds }));
  return notRead.length > 0 || severe.some(each => each.severity === Severity.ERROR) ? 1 : 0;
}

/** The settings with their plugins, since the apps of the folder run as code too, or what is wrong with them. */
function tried(read: () => Settings): Settings | ConfigError | PluginError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PluginError) {
      return error;
    }
    throw error;
  }
}

/** The error of the app, without the output of Node and the commands around it. */
function whatWentWrong(errors: string): string {
  const lines = errors.split('\n');
  const first = lines.findIndex(line => /^\w*Error: /.test(line));
  const last = lines.findIndex((line, index) => index > first && /^(Node\.js v|\w*Error: command )/.test(line));
  const relevant = lines.slice(Math.max(first, 0), last < 0 ? undefined : last);
  return relevant
    .filter(line => !/^\s+at .*(node_modules|node:internal)/.test(line))
    .map(printableLine)
    .join('\n')
    .trimEnd();
}
