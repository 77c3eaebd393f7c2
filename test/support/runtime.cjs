const asyncHooks = require('node:async_hooks');
const { default: Runtime } = require('jest-runtime');

/** What the test files of a worker share. */
const worker = {
  /** The modules that are loaded, by path. */
  modules: new Map(),
  /** Those of the test framework. */
  frameworkModules: new Map(),
  sourceMaps: new Map(),
  /** The runtime of the current file. */
  runtime: undefined,
};

/** `node:async_hooks` with storages that are disabled after a file, since each enabled one slows every promise. */
const storages = [];
const DISPOSABLE_HOOKS = {
  ...asyncHooks,
  AsyncLocalStorage: class extends asyncHooks.AsyncLocalStorage {
    constructor(...args) {
      super(...args);
      storages.push(this);
    }
  },
};

/**
 * Loads a module once for all test files of a worker, where jest loads it for each: the library keeps no state that a
 * test could change, and its functions stay compiled. What a file of `support` keeps, it keeps by file.
 */
module.exports = class extends Runtime {
  constructor(...args) {
    super(...args);
    this.registries.moduleRegistry = worker.modules;
    this.registries.internalModuleRegistry = worker.frameworkModules;
    this.transformCache.sourceMaps = worker.sourceMaps;
    worker.runtime = this;
  }

  // A module that an earlier file loaded requires further ones of that file's runtime.

  requireModuleOrMock(from, name) {
    return worker.runtime === this
      ? super.requireModuleOrMock(from, name)
      : worker.runtime.requireModuleOrMock(from, name);
  }

  requireInternalModule(from, name) {
    if (name === 'node:async_hooks') {
      return DISPOSABLE_HOOKS;
    }
    return worker.runtime === this
      ? super.requireInternalModule(from, name)
      : worker.runtime.requireInternalModule(from, name);
  }

  teardown() {
    worker.modules.delete(this._testPath);
    // jest-circus keeps the tests and hooks of a file as state of its module.
    [...worker.frameworkModules.keys()]
      .filter(path => path.includes('/jest-circus/'))
      .forEach(path => worker.frameworkModules.delete(path));
    storages.splice(0).forEach(storage => storage.disable());
    this.registries.moduleRegistry = new Map();
    this.registries.internalModuleRegistry = new Map();
    super.teardown();
  }
};
