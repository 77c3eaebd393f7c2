import { dirname, isAbsolute, join } from 'node:path';
import {
  API_VERSIONS,
  type Field,
  ManifestError,
  parseDocuments,
  problemOfVersion,
  Resource,
  type Source,
  textOfFile,
} from '../../manifests';
import type { Severity } from '../finding';
import type { Suppression } from '../manifests';
import { suggestion } from '../suggestion';
import { type AssumedCluster, assumedBy } from './assumptions';
import schema from './schema.json';
import { type Schema, violationsOf } from './validate';

/** The file with settings that is read in the working directory. */
export const CONFIG_FILE = 'cardinal.yaml';

/** What is wrong with a file of settings, all of it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly errors: readonly ManifestError[]) {
    super(errors.map(each => each.message).join('\n'));
  }
}

/** Manifests that are checked as one cluster. */
export interface Environment extends AssumedCluster {
  /** @default - the only one, which has no name */
  readonly name?: string;
  readonly paths: readonly string[];
  /** @default - none: the namespace of the command line, else default */
  readonly namespace?: string;
}

/** Settings of `cardinal check`, of a file. */
export interface Config extends AssumedCluster {
  readonly file: string;
  readonly severities: ReadonlyMap<string, Severity | 'off'>;
  readonly suppressions: readonly Suppression[];
  readonly plugins: readonly { readonly path: string; readonly at: Field }[];
  /** Empty if neither paths nor environments are set. */
  readonly environments: readonly Environment[];
  readonly namespace?: string;
  /** The names of checks that it has, with the places. */
  readonly names: readonly { readonly name: string; readonly at: Field }[];
}

/** What {@link schema} permits. */
interface Written extends AssumedCluster {
  readonly checks?: { readonly [name: string]: Severity | 'off' | false };
  readonly paths?: readonly string[];
  readonly suppress?: readonly {
    readonly check: string;
    readonly reason: string;
    readonly objects?: readonly string[];
  }[];
  readonly namespace?: string;
  readonly plugins?: readonly string[];
  readonly environments?: {
    readonly [name: string]: AssumedCluster & { readonly paths: readonly string[]; readonly namespace?: string };
  };
}

/** Reads a file of settings. Throws a {@link ConfigError} with all that is wrong, and where. */
export function readConfig(file: string): Config {
  return parseConfig(textOfConfig(file), file);
}

/** Settings as YAML or JSON. Throws a {@link ConfigError} with all that is wrong, and where. */
export function parseConfig(text: string, file: string): Config {
  const [document, another] = attempt(() => parseDocuments(text, file));
  if (!document || another) {
    throw new ConfigError([new ManifestError(file, 1, 1, 'The settings are one YAML document that is not empty.')]);
  }
  const { value, source } = document;
  const errors = violationsOf(value, schema as Schema).map(({ path, problem }) => {
    const { line, column } = source.locate(path);
    return new ManifestError(file, line, column, problem);
  });
  if (errors.length > 0) {
    throw new ConfigError(errors);
  }
  return configOf(value as Written, file, source);
}

/** Rejects names that no check has. */
export function requireKnownNames({ names }: Config, known: readonly string[]): void {
  const unknown = names.filter(({ name }) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ConfigError(
      unknown.map(({ name, at }) => errorAt(at, `There is no check and no code "${name}".${suggestion(name, known)}`)),
    );
  }
}

/** Rejects versions without schemas. */
function requireServedVersions(settings: Field): void {
  const clusters = [settings, ...settings.get('environments').entries.map(([, each]) => each)];
  const errors = clusters.flatMap(cluster =>
    API_VERSIONS.flatMap(([name, platform]) => {
      const at = cluster.get(name);
      const problem = at.exists ? problemOfVersion(platform, at.text) : undefined;
      return problem === undefined ? [] : [errorAt(at, problem)];
    }),
  );
  if (errors.length > 0) {
    throw new ConfigError(errors);
  }
}

/** An error at a field of the settings. */
export function errorAt({ resource, path }: Field, problem: string): ManifestError {
  const { file, line, column } = resource.locate(path) ?? { file: CONFIG_FILE, line: 1, column: 1 };
  return new ManifestError(file, line, column, problem);
}

function configOf(written: Written, file: string, source: Source): Config {
  const folder = dirname(file);
  const settings = new Resource(objectOf('Settings', file, written), { source, path: [] }).root;
  requireServedVersions(settings);
  const inFolder = (paths: readonly string[] = []) =>
    paths.map(path => (isAbsolute(path) || path === '-' ? path : join(folder, path)));
  const shared = inFolder(written.paths);
  const environments = Object.entries(written.environments ?? {});
  const suppress = written.suppress ?? [];
  const assumed = assumedBy(written);
  return {
    file,
    severities: new Map(Object.entries(written.checks ?? {}).map(([name, severity]) => [name, severity || 'off'])),
    suppressions: suppress.map(({ check, reason, objects }, index) => ({
      id: check,
      reason,
      objects,
      at: new Resource(objectOf('Suppression', check), { source, path: ['suppress', index] }).root,
    })),
    plugins: (written.plugins ?? []).map((path, index) => ({ path, at: fieldAt(settings, 'plugins', index) })),
    environments:
      environments.length > 0
        ? environments.map(([name, own]) => ({
            name,
            paths: [...shared, ...inFolder(own.paths)],
            namespace: own.namespace ?? written.namespace,
            ...assumedBy(written, own),
          }))
        : shared.length > 0
          ? [{ paths: shared, namespace: written.namespace, ...assumed }]
          : [],
    namespace: written.namespace,
    ...assumed,
    names: [
      ...Object.keys(written.checks ?? {}).map(name => ({ name, at: settings.get('checks', name) })),
      ...suppress.map(({ check }, index) => ({ name: check, at: fieldAt(settings, 'suppress', index).get('check') })),
    ],
  };
}

function objectOf(kind: string, name: string, fields: object = {}) {
  return { ...fields, apiVersion: 'cardinal.cdk8s.io/v1', kind, metadata: { name } };
}

function fieldAt(settings: Field, name: string, index: number): Field {
  return settings.get(name).items[index] ?? settings.get(name);
}

function textOfConfig(file: string): string {
  return attempt(() => textOfFile(file));
}

/** What a reading gives; its error as one of the settings. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ManifestError ? new ConfigError([error]) : error;
  }
}
