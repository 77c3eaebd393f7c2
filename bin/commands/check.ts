import {
  assumedBy,
  Baseline,
  BaselineError,
  CATALOGUE,
  type Check,
  type CheckedCluster,
  checkManifests,
  CodeKind,
  CONFIG_FILE,
  ConfigError,
  entriesNamed,
  type Environment,
  listed,
  mergedReport,
  PluginError,
  suggestion,
  unreadableManifests,
  UNUSED_SUPPRESSION,
} from '../../lib/checks';
import {
  Cluster,
  environmentsIn,
  Kind,
  ManifestError,
  printableLine,
  type Reading,
  readResources,
  textOfFile,
} from '../../lib/manifests';
import { type CheckValues, type Options, optionsOf } from './check-options';
import { environmentsOf, WRITTEN } from './environments';
import { explain } from './explain';
import { list } from './list';
import { PROGRAMS } from './programs';
import { Progress } from './progress';
import { readCluster } from './running-cluster';
import { type Settings, settingsOf } from './settings';
import { watch } from './watch';

/** Checks manifests and prints the findings; returns the exit code. */
export function check(paths: readonly string[], values: CheckValues): number | Promise<number> {
  const options = optionsOf(paths, values);
  if (typeof options === 'string') {
    return misused(options);
  }
  return options.watch
    ? watch(
        () => filesOf(options),
        () => checkedOnce(options),
      )
    : checkedOnce(options);
}

/** The files that a report depends on; where settings cannot be read, without the paths that they name. */
function filesOf({ paths, config, baseline, plugins }: Options): readonly string[] {
  const named = [config ?? CONFIG_FILE, ...(baseline === undefined ? [] : [baseline]), ...paths];
  const written = paths.length === 0 ? WRITTEN : [];
  try {
    const environments = environmentsOf(paths, settingsOf(config, plugins).config);
    return [...new Set([...named, ...written, ...environments.flatMap(each => each.paths)])];
  } catch {
    return [...named, ...written];
  }
}

function checkedOnce(options: Options): number {
  if (options.list) {
    process.stdout.write(list());
    return 0;
  }
  try {
    const settings = settingsOf(options.config, options.plugins);
    settings.notes.forEach(each => process.stderr.write(`${each}\n`));
    return options.explain === undefined ? checkAll(options, settings) : explained(options.explain, settings.checks);
  } catch (error) {
    if (error instanceof ConfigError || error instanceof PluginError || error instanceof BaselineError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    throw error;
  }
}

function misused(problem: string): number {
  process.stderr.write(`${printableLine(problem)}\nPrint the options with --help.\n`);
  return 2;
}

function explained(name: string, checks: readonly Check[]): number {
  const own = checks
    .filter(({ id }) => !CATALOGUE.some(each => each.id === id))
    .map(each => ({ ...each, kind: CodeKind.CHECK }));
  const catalogue = [...CATALOGUE, ...own];
  const text = explain(name, catalogue);
  if (text === undefined) {
    const nearest = suggestion(name, [...new Set(catalogue.flatMap(({ id, covers }) => [id, ...covers]))]);
    process.stderr.write(`${printableLine(`There is no check and no code "${name}".${nearest}`)}\n`);
    return 2;
  }
  process.stdout.write(text);
  return 0;
}

function checkAll(options: Options, settings: Settings): number {
  const unknown = Object.keys(options.suppress).find(
    each => !settings.names.some(name => name.toLowerCase() === each.toLowerCase()),
  );
  if (unknown !== undefined) {
    return misused(`--suppress: ${noSuchCheck(unknown, settings.names)}`);
  }
  const baseline = options.baseline === undefined ? undefined : baselineOf(options.baseline);
  const environments = environmentsOf(options.paths, settings.config, options.cluster);
  if (environments.length === 0) {
    return misused(
      'There is neither dist nor cdk.out here. Pass the files to check, or run `npx cdk8s-cardinal synth` first.',
    );
  }
  const results = environments.map(each => checkOne(each, options, settings));
  const found = withoutUsedElsewhere(
    results.map(({ cluster }) => cluster),
    settings.config?.file,
  );
  const clusters = baseline
    ? found.map(each => ({ ...each, report: baseline.applyTo(each.report, each.environment) }))
    : found;
  if (baseline && baseline.fixed > 0) {
    process.stderr.write(`${baseline.fixed} findings of the baseline do not exist any more: write it again.\n`);
  }
  process.stdout.write(options.format(clusters));
  return results.some(({ isUnread }) => isUnread)
    ? 2
    : clusters.some(({ report }) => report.findings.some(each => options.failing.includes(each.severity)))
      ? 1
      : 0;
}

function baselineOf(file: string): Baseline {
  try {
    return Baseline.parse(textOfFile(file), file);
  } catch (error) {
    throw error instanceof ManifestError ? new BaselineError(error.message) : error;
  }
}

interface Result {
  readonly cluster: CheckedCluster;
  /** Whether something could not be read, or there was nothing at all. */
  readonly isUnread: boolean;
}

function checkOne(environment: Environment, options: Options, { config, checks }: Settings): Result {
  const { name } = environment;
  const { clusterDomain, namespaceLabels, kubernetesVersion, istioVersion } = options;
  // Which requests authorizers deny is no property of the manifests.
  const assumed = assumedBy(environment, {
    clusterDomain,
    namespaceLabels,
    kubernetesVersion,
    istioVersion,
    denyingAuthorizers: [],
  });
  const progress = new Progress();
  const { resources, errors, unreadable, notes, unread, unreadTypes } = options.cluster
    ? ofCluster(options)
    : ofFiles(environment, options);
  [...errors, ...notes].forEach(each => process.stderr.write(`${printableLine(each)}\n`));
  const isEmpty = resources.length === 0 && unreadable.length === 0;
  if (isEmpty && errors.length === 0) {
    const of = name === undefined ? '' : ` (environment ${name})`;
    const where = options.cluster ? 'the cluster' : `${environment.paths.join(', ')}${of}`;
    const reason = notes.length > 0 ? 'nothing was checked' : 'an earlier command may have failed';
    process.stderr.write(`${printableLine(`There is no object in ${where}: ${reason}.`)}\n`);
  }
  // Declared environments are clusters as they are.
  const worlds = name === undefined ? environmentsIn(resources) : [{ resources }];
  if (worlds.length > 1) {
    const names = worlds.map(each => each.name ?? '');
    process.stderr.write(
      `${printableLine(
        `${names.length} folders or files have the same objects and are alternatives, so each is checked as a cluster `
          + `of its own, with what is outside of them: ${listed(names)}`,
      )}\n`,
    );
  }
  progress.step(`${resources.length} objects are checked`);
  const parts = worlds.map(world => ({
    world,
    report: checkManifests(
      new Cluster(world.resources, {
        ...assumed,
        unread,
        unreadTypes,
        others: world.others,
      }),
      {
        checks: [...checks, unreadableManifests(unreadable)],
        suppress: options.suppress,
        inlineSuppressions: options.inlineSuppressions,
        suppressions: config?.suppressions,
        severities: config?.severities,
      },
    ),
  }));
  const report = mergedReport(parts);
  return {
    cluster: {
      environment: name,
      report: options.cluster ? within(report, options.namespace) : report,
      objects: resources.length,
      checks,
    },
    isUnread: errors.length > 0 || (isEmpty && notes.length === 0),
  };
}

interface Input extends Pick<Reading, 'resources' | 'unreadable' | 'notes' | 'unread'> {
  readonly errors: readonly string[];
  readonly unreadTypes?: readonly string[];
}

function ofFiles({ paths, namespace }: Environment, options: Options): Input {
  const reading = readResources(paths, options.namespace ?? namespace, options.build ? PROGRAMS : undefined);
  return { ...reading, errors: reading.errors.map(each => each.message) };
}

function ofCluster({ context, namespace }: Options): Input {
  const reading = readCluster(context);
  const isUnknown =
    namespace !== undefined
    && reading.resources.length > 0
    && !reading.resources.some(each => each.type === Kind.NAMESPACE && each.name === namespace);
  const errors = isUnknown ? [...reading.errors, `The cluster has no namespace ${namespace}.`] : reading.errors;
  return { ...reading, errors, unreadable: [], unread: [] };
}

/** A report on the objects of a namespace, and on the namespace itself. */
function within(report: CheckedCluster['report'], namespace?: string): CheckedCluster['report'] {
  const isWithin = ({ object }: FoundThere) =>
    namespace === undefined || (object.kind === 'Namespace' ? object.name : object.namespace) === namespace;
  return {
    ...report,
    findings: report.findings.filter(isWithin),
    suppressed: report.suppressed.filter(each => isWithin(each.finding)),
  };
}

/** A suppression for all environments need not accept something in each of them. */
function withoutUsedElsewhere(clusters: readonly CheckedCluster[], settings?: string): readonly CheckedCluster[] {
  const isForAll = ({ id, file }: FoundThere) =>
    id === UNUSED_SUPPRESSION.id && (file === undefined || file === settings);
  const unusedIn = clusters.map(({ report }) => new Set(report.findings.filter(isForAll).map(keyOf)));
  return clusters.map(cluster => ({
    ...cluster,
    report: {
      ...cluster.report,
      findings: cluster.report.findings.filter(
        each => !isForAll(each) || unusedIn.every(keys => keys.has(keyOf(each))),
      ),
    },
  }));
}

type FoundThere = CheckedCluster['report']['findings'][number];

function keyOf({ path, file, line, column }: FoundThere): string {
  return [path, file, line, column].join(' ');
}

/** Why a name cannot be suppressed here. */
function noSuchCheck(name: string, names: readonly string[]): string {
  const [entry] = entriesNamed(name).filter(({ kind }) => kind !== CodeKind.CHECK);
  if (!entry) {
    return `there is no check and no code "${name}".${suggestion(name, names)}`;
  }
  const remedy = entry.kind === CodeKind.SYNTHESIS ? ' Accept it by `accepted` of the TopologyChart.' : '';
  return `${entry.id} is of kind ${entry.kind}, which \`cardinal check\` does not report.${remedy}`;
}
