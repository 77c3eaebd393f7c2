import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as cdk8s from 'cdk8s';
import { dump } from 'js-yaml';
import * as cardinal from '../../lib';
import {
  evaluate,
  type Import,
  ImportError,
  importOf,
  OBJECTS_FILE,
  type Rendering,
  type Statement,
} from '../../lib/analysis';
import * as istio from '../../lib/istio';
import { printableLine } from '../../lib/manifests';
import { Manifests } from '../../lib/testing';
import { ValidationError } from '../../lib/topology';
import type { ImportValues } from './import-options';
import { printNotes, readInput, withInputErrors } from './input';
import { InputError } from './input-error';

/** Writes the model of manifests, and returns the exit code. */
export function importManifests(paths: readonly string[], values: ImportValues): number {
  return withInputErrors(() => {
    const { out, name, mesh, calls } = values;
    if (out !== undefined && existsSync(out)) {
      throw new InputError(`${out} exists. Choose a folder that does not: files are never overwritten.`);
    }
    const { cluster, notes } = readInput(paths, values);
    printNotes(notes);
    if (cluster.unread.length > 0) {
      throw new InputError(
        `A model has all objects, and these are not read: ${cluster.unread.join(', ')}. Pass --build.`,
      );
    }
    const result = imported(() => importOf(cluster, { name, mesh, keepsOpen: calls === 'allowed', render }));
    if (out === undefined) {
      process.stdout.write(result.text);
    } else {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, 'model.ts'), result.text, { flag: 'wx' });
      if (result.kept.length > 0) {
        const documents = result.kept.map(each => dump(each, { noRefs: true, lineWidth: -1 }));
        writeFileSync(join(out, OBJECTS_FILE), documents.join('---\n'), { flag: 'wx' });
      }
      summaryOf(result).forEach(each => process.stdout.write(`${printableLine(each)}\n`));
    }
    return result.differences.length > 0 ? 1 : 0;
  });
}

function imported(run: () => Import): Import {
  try {
    return run();
  } catch (error) {
    throw error instanceof ImportError ? new InputError(error.message) : error;
  }
}

/** Renders a model without writing it. Declarations that are wrong are refused with their path. */
function render(statements: readonly Statement[]): Rendering {
  try {
    const scope = evaluate(statements, { cdk8s, 'cdk8s-cardinal': cardinal, 'cdk8s-cardinal/istio': istio });
    const app = scope.get('app');
    return { resources: app instanceof cardinal.ClusterApp ? Manifests.ofApp(app).resources : [] };
  } catch (error) {
    if (error instanceof ValidationError) {
      return { refusal: { path: error.path, message: error.message } };
    }
    // Findings of synthesis, as cdk8s reports them.
    if (error instanceof Error && error.message.startsWith('Validation failed')) {
      return { refusal: { path: '', message: error.message.split('\n').slice(0, 10).join('\n') } };
    }
    throw error;
  }
}

function summaryOf({ differences, coverage, guesses, pairs, kept }: Import): string[] {
  return [
    ...guesses.map(each => `Guess: ${each}`),
    ...(kept.length > 0 ? [`${kept.length} objects are kept as they are, in ${OBJECTS_FILE}.`] : []),
    `${coverage.carried} of ${coverage.total} fields (${coverage.percent} %) are carried over.`,
    ...coverage.lost.map(each => `Not carried over: ${each}`),
    ...differences.map(each => `Traffic: ${each}`),
    differences.length === 0
      ? `Traffic is equal: ${pairs} pairs of a caller and a callee were compared.`
      : `Traffic has ${differences.length} differences.`,
  ];
}
