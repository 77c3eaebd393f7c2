import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Cluster, type Field, isMap, printableLine } from '../../manifests';
import { isDefinedCheck } from '../define-check';
import type { Check, Problem } from '../manifests';
import { type Config, ConfigError, errorAt } from './config';

/** A check of a plugin that failed, rather than found something. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

/**
 * The checks that the plugins of a file of settings export. This runs their code. Throws a {@link ConfigError} for a
 * module that cannot be loaded, exports no check of `defineCheck`, or one of a name that another has.
 */
export function loadPlugins({ file, plugins }: Config): readonly Check[] {
  const load = createRequire(resolve(file));
  const checks = new Map<string, Check>();
  for (const { path, at } of plugins) {
    const found = checksIn(exportsOf(load, path, at));
    if (found.length === 0) {
      throw new ConfigError([errorAt(at, `The plugin "${path}" exports no check that defineCheck made.`)]);
    }
    for (const check of found) {
      const id = check.id.toLowerCase();
      if (checks.has(id)) {
        throw new ConfigError([
          errorAt(at, `The plugin "${path}" exports the check ${check.id}, and so does another one.`),
        ]);
      }
      checks.set(id, guarded(check));
    }
  }
  return [...checks.values()];
}

function exportsOf(load: NodeJS.Require, path: string, at: Field): unknown {
  try {
    return load(path) as unknown;
  } catch (error) {
    throw new ConfigError([errorAt(at, `The plugin "${path}" cannot be loaded: ${reasonOf(error)}`)]);
  }
}

/** The checks among the exports of a module, by themselves or in lists. */
function checksIn(exported: unknown): Check[] {
  const values = isMap(exported) ? [exported, ...Object.values(exported)] : [exported];
  return [...new Set(values.flat().filter(isDefinedCheck))];
}

/** A check whose failures name it. */
function guarded(check: Check): Check {
  return {
    ...check,
    *find(cluster: Cluster) {
      try {
        for (const each of check.find(cluster)) {
          yield valid(each);
        }
      } catch (error) {
        throw new PluginError(printableLine(`The check ${check.id} failed: ${reasonOf(error)}`));
      }
    },
  };
}

function valid(problem: Problem): Problem {
  const { at, message, fix } = problem;
  if (!isMap(at) || !isMap(at.resource) || typeof message !== 'string' || typeof fix !== 'string') {
    throw new TypeError('it yields something other than problem(field, message, remedy).');
  }
  return problem;
}

/** Not `instanceof Error`: what a module throws may be of another realm, or anything. */
function reasonOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return String(message).split('\n')[0] ?? '';
}
