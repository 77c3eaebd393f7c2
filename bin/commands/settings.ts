import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Check,
  CHECKS,
  type Config,
  CONFIG_FILE,
  loadPlugins,
  readConfig,
  requireKnownNames,
  UNREADABLE_MANIFEST,
  UNUSED_SUPPRESSION,
} from '../../lib/checks';
import { printableLine } from '../../lib/manifests';

/** The settings of a run, and the checks that it has. */
export interface Settings {
  readonly config?: Config;
  /** The package's own, then those of plugins. */
  readonly checks: readonly Check[];
  /** All names by which findings can be suppressed. */
  readonly names: readonly string[];
  /** What is left out, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Reads the settings, of the file that is named, or of cardinal.yaml in the working directory alone: never of a folder
 * above or below it.
 * Throws a ConfigError.
 * @param withPlugins whether the code of plugins may run
 * @param folder in place of the working directory
 */
export function settingsOf(named: string | undefined, withPlugins: boolean, folder = '.'): Settings {
  const ofFolder = join(folder, CONFIG_FILE);
  const file = named ?? (lstatSync(ofFolder, { throwIfNoEntry: false }) ? ofFolder : undefined);
  const config = file === undefined ? undefined : readConfig(file);
  const plugins = config && withPlugins ? loadPlugins(config) : [];
  const checks = [...CHECKS, ...plugins];
  const names = namesOf(checks);
  if (!config || withPlugins || config.plugins.length === 0) {
    if (config) {
      requireKnownNames(config, [...names, UNUSED_SUPPRESSION.id]);
    }
    return { config, checks, names, notes: [] };
  }
  // Names of checks of plugins cannot be told from slips: they are left out, and it is stated.
  const unknown = config.names
    .map(({ name }) => name)
    .filter(name => !names.includes(name) && name !== UNUSED_SUPPRESSION.id);
  return {
    config: { ...config, suppressions: config.suppressions.filter(({ id }) => !unknown.includes(id)) },
    checks,
    names,
    notes: [
      `No plugin of ${config.file} is loaded: ${config.plugins.map(({ path }) => path).join(', ')}.`,
      ...[...new Set(unknown)].map(
        name => `${config.file} has settings for ${name}, which is left out with the plugins.`,
      ),
    ].map(printableLine),
  };
}

function namesOf(checks: readonly Check[]): string[] {
  return [...new Set([...checks.flatMap(({ id, covers }) => [id, ...covers]), UNREADABLE_MANIFEST.id])];
}
