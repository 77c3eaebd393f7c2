import { lstatSync } from 'node:fs';
import type { Command } from 'commander';
import { assumedBy, CONFIG_FILE, ConfigError, type Environment, noneOf, readConfig } from '../../lib/checks';
import { Unsimulated } from '../../lib/dataplane';
import { Cluster, environmentsIn, ManifestError, printableLine, type Resource } from '../../lib/manifests';
import { environmentsOf } from './environments';
import { InputError } from './input-error';
import { isNamespace, namespaceLabelsOf, repeated } from './namespace-labels';
import { PROGRAMS } from './programs';
import { readSources } from './revision';

/** The options by which commands read manifests as one cluster. */
export interface InputValues {
  readonly config?: string;
  readonly environment?: string;
  readonly namespace?: string;
  readonly namespaceLabel: readonly string[];
  readonly build: boolean;
  readonly clusterDomain?: string;
  readonly denyingAuthorizer: readonly string[];
}

/** Manifests as one cluster. */
export interface Input {
  readonly cluster: Cluster;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
  /** The files and folders that were read. */
  readonly paths: readonly string[];
}

/** Adds the options of {@link InputValues}. */
export function withInput(command: Command): Command {
  return command
    .option('--config <file>', 'the settings (default: cardinal.yaml in the working directory, if there is one)')
    .option('--environment <name>', 'the environment of the settings, or the folder of the manifests')
    .option('--namespace <name>', 'the namespace of objects without one (default: default)')
    .option(
      '--namespace-label <namespace:key=value>',
      'a label of a namespace that is not among the manifests, such as shop:istio-injection=enabled; may be repeated',
      repeated,
      [],
    )
    .option('--build', 'render kustomizations and Helm charts in folders, with kustomize or kubectl and helm', false)
    .option('--cluster-domain <name>', 'the DNS domain of the cluster (default: cluster.local)')
    .option(
      '--denying-authorizer <name>',
      'an external authorizer that denies every request; may be repeated',
      repeated,
      [],
    );
}

/** The manifests at paths, or else those of the settings, as one cluster. Throws for what cannot be read. */
export function readInput(paths: readonly string[], values: InputValues): Input {
  const config = configOf(values);
  const labels = namespaceLabelsOf(values.namespaceLabel);
  if (typeof labels === 'string') {
    throw new InputError(labels);
  }
  if (values.namespace !== undefined && !isNamespace(values.namespace)) {
    throw new InputError(`--namespace ${values.namespace} is not the name of a namespace.`);
  }
  const environment = chosen(environmentsOf(paths, config), values.environment);
  const reading = readSources(
    environment.paths,
    values.namespace ?? environment.namespace,
    values.build ? PROGRAMS : undefined,
  );
  const problems = [...reading.errors, ...reading.unreadable].map(each => each.message);
  if (problems.length > 0) {
    throw new InputError(problems.join('\n'));
  }
  if (reading.resources.length === 0) {
    throw new InputError(
      [
        ...reading.notes,
        `There is no object in ${environment.paths.join(', ')}: an earlier command may have failed.`,
      ].join('\n'),
    );
  }
  const resources = environment.name === undefined ? world(reading.resources, values.environment) : reading.resources;
  const { clusterDomain, denyingAuthorizer } = values;
  const denyingAuthorizers = [...(environment.denyingAuthorizers ?? []), ...denyingAuthorizer];
  return {
    cluster: new Cluster(resources, {
      ...assumedBy(environment, { clusterDomain, namespaceLabels: labels, denyingAuthorizers }),
      unread: reading.unread,
    }),
    notes: reading.notes,
    paths: environment.paths,
  };
}

/** Runs a command; for input that cannot be used it prints why, and returns 2. */
export function withInputErrors(run: () => number): number {
  const done = withProblems(run);
  if ('problems' in done) {
    printNotes(done.problems);
    return 2;
  }
  return done.result;
}

/** The result of a function, or for input that cannot be used why, in lines. */
export function withProblems<T>(run: () => T): { readonly result: T } | { readonly problems: readonly string[] } {
  try {
    return { result: run() };
  } catch (error) {
    if (
      error instanceof InputError
      || error instanceof ManifestError
      || error instanceof ConfigError
      || error instanceof Unsimulated
    ) {
      const text = error instanceof Unsimulated ? `Unsimulated: ${error.message}` : error.message;
      return { problems: text.split('\n') };
    }
    throw error;
  }
}

/** Prints lines to the standard error. */
export function printNotes(lines: readonly string[]): void {
  lines.forEach(each => process.stderr.write(`${printableLine(each)}\n`));
}

function configOf({ config }: InputValues) {
  const file = config ?? (lstatSync(CONFIG_FILE, { throwIfNoEntry: false }) ? CONFIG_FILE : undefined);
  return file === undefined ? undefined : readConfig(file);
}

function chosen(environments: readonly Environment[], name: string | undefined): Environment {
  const [first, ...others] = environments;
  if (!first) {
    throw new InputError(
      'There is neither dist nor cdk.out here. Pass the files, or run `npx cdk8s-cardinal synth` first.',
    );
  }
  if (first.name === undefined) {
    return first;
  }
  const names = environments.map(each => each.name ?? '');
  if (name === undefined && others.length > 0) {
    throw new InputError(`The settings have several environments. Choose one: --environment ${names.join(' or ')}.`);
  }
  const found = name === undefined ? first : environments.find(each => each.name === name);
  if (!found) {
    throw new InputError(noneOf('--environment', name ?? '', names));
  }
  return found;
}

/** The objects of the one cluster that is chosen, where folders have the same objects for several. */
function world(resources: readonly Resource[], name: string | undefined): readonly Resource[] {
  const worlds = environmentsIn(resources);
  const names = worlds.flatMap(each => each.name ?? []);
  if (names.length === 0) {
    if (name !== undefined) {
      throw new InputError(`--environment ${name}: the manifests are of one cluster, without environments.`);
    }
    return resources;
  }
  if (name === undefined) {
    throw new InputError(
      `${names.length} folders or files have the same objects, so each is a cluster of its own. Choose one: --environment `
        + `${names.join(' or ')}.`,
    );
  }
  const found = worlds.find(each => each.name === name);
  if (!found) {
    throw new InputError(noneOf('--environment', name, names));
  }
  return found.resources;
}
