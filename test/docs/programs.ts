import * as path from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as cdk8s from 'cdk8s';
import * as cardinal from '../../lib';
import * as checks from '../../lib/checks/api';
import * as gateway from '../../lib/gateway';
import * as istio from '../../lib/istio';
import * as linkerd from '../../lib/linkerd';
import * as openapi from '../../lib/openapi';
import * as testing from '../../lib/testing';
import { temporaryFolder } from '../support/temporary-folder';

/** What documents import. */
const MODULES: Readonly<Record<string, object>> = {
  'node:path': path,
  cdk8s,
  'cdk8s-cardinal': cardinal,
  'cdk8s-cardinal/checks': checks,
  'cdk8s-cardinal/gateway': gateway,
  'cdk8s-cardinal/istio': istio,
  'cdk8s-cardinal/linkerd': linkerd,
  'cdk8s-cardinal/openapi': openapi,
  'cdk8s-cardinal/testing': testing,
};

/**
 * Runs a program in a folder of its own, as a project that has these files. Its imports are those of this repository;
 * what it imports from elsewhere is an error.
 */
export function runProgram(code: string, scope: Readonly<Record<string, object>> = {}): void {
  const { outputText } = transpileModule(code, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const require = (name: string): object => {
    const found = scope[name] ?? MODULES[name];
    if (found === undefined) {
      throw new Error(`A document imports ${name}.`);
    }
    return found;
  };
  const folder = process.cwd();
  process.chdir(temporaryFolder());
  try {
    new Function('require', 'exports', ...Object.keys(scope), outputText)(require, {}, ...Object.values(scope));
  } finally {
    process.chdir(folder);
  }
}
