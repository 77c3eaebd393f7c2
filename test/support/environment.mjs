import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const PACKAGES = [
  [/(^|\.)istio\.io\//, '@kubernetes-models/istio/'],
  [/^gateway\.networking\.k8s\.io\//, '@kubernetes-models/gateway-api/'],
  [/./, 'kubernetes-models/'],
];

/**
 * In a context of `node:vm` each use of a property of the global object calls an interceptor, that of a constant does
 * not.
 */
const CONSTANTS = `const {
  Array, Boolean, Error, Function, JSON, Map, Math, Number, Object, Promise, Reflect, RegExp, Set, String, Symbol,
  TypeError, WeakMap, WeakSet,
} = globalThis`;

// Each file loads its modules anew, so that few functions run for long: see `OPTIMIZE_LATER` of the command line.
if (process.versions.node.startsWith('20.')) {
  setFlagsFromString('--interrupt-budget=600000');
}

const require = createRequire(import.meta.url);

/**
 * Node with `schemaProblem`, the validators of Kubernetes objects: ES modules, which tests cannot load, and which are
 * loaded once for all files of a worker.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    runInContext(CONSTANTS, this.context);
    this.global.schemaProblem = schemaProblem;
    this.global.typescript = () => require('typescript');
  }
}

/** What the schema of this object says against it. */
function schemaProblem(object) {
  const { apiVersion, kind } = object;
  const [, prefix] = PACKAGES.find(([group]) => group.test(apiVersion));
  try {
    const { [kind]: Model } = require(fileURLToPath(import.meta.resolve(`${prefix}${apiVersion}/${kind}`)));
    new Model(object).validate();
    return undefined;
  } catch (error) {
    return error.message;
  }
}
