import { existsSync } from 'node:fs';
import { assumedBy, type Config, type Environment } from '../../lib/checks';

/** What is named on the command line, else in the settings, else what `cardinal synth` wrote; empty if that is missing. */
export function environmentsOf(
  paths: readonly string[],
  config: Config | undefined,
  isRunning = false,
): readonly Environment[] {
  const ofAll = { namespace: config?.namespace, ...assumedBy(config ?? {}) };
  if (paths.length > 0 || isRunning) {
    return [{ paths, ...ofAll }];
  }
  if (config && config.environments.length > 0) {
    return config.environments;
  }
  const written = WRITTEN.filter(each => existsSync(each));
  return written.length === 0 ? [] : [{ paths: written, ...ofAll }];
}

/** The folders that `cardinal synth` writes. */
export const WRITTEN: readonly string[] = ['dist', 'cdk.out'];
