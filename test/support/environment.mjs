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

/** What `expect` keeps for its module, which is loaded once: jest sets its state anew for each file. */
const MATCHERS = Symbol.for('$$jest-matchers-object');

// Few functions run for long: see `OPTIMIZE_LATER` of the command line.
if (process.versions.node.startsWith('20.')) {
  setFlagsFromString('--interrupt-budget=300000');
}

const require = createRequire(import.meta.url);

/** What the test files of a worker share: see `runtime.cjs`. */
const worker = { environment: undefined };

/**
 * Node with `schemaProblem`, the validators of Kubernetes objects: ES modules, which tests cannot load. One for all
 * files of a worker.
 */
export default class extends TestEnvironment {
  constructor(config, context) {
    if (worker.environment) {
      return worker.environment;
    }
    super(config, context);
    runInContext(CONSTANTS, this.context);
    this.global.schemaProblem = schemaProblem;
    this.variables = { ...this.global.process.env };
    this.symbols = new Set(Object.getOwnPropertySymbols(this.global));
    worker.environment = this;
  }

  /** Leaves the next file what this one was given. */
  async teardown() {
    this.fakeTimersModern.useRealTimers();
    const { env } = this.global.process;
    Object.keys(env)
      .filter(name => !(name in this.variables))
      .forEach(name => Reflect.deleteProperty(env, name));
    Object.assign(env, this.variables);
    Object.getOwnPropertySymbols(this.global)
      .filter(symbol => !this.symbols.has(symbol) && symbol !== MATCHERS)
      .forEach(symbol => Reflect.deleteProperty(this.global, symbol));
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
