// Coverage is that of modules which each file loads, without the functions that load modules on use.
const coverage = process.argv.includes('--coverage');
const compiler = coverage ? '@swc/jest' : require.resolve('./test/support/lazy-modules.mjs');
// While files are watched, modules change.
const sharesModules = !coverage && !process.argv.some(each => each.startsWith('--watch'));

/** @type {import('jest').Config} */
module.exports = {
  // Both of two cores: by itself jest leaves one free.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // A test also loads the modules that it is the first to use. Nightly, properties have ten times as many runs.
  testTimeout: process.env.CARDINAL_NIGHTLY === '1' ? 600_000 : 20_000,
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/bin/init/templates/'],
  ...(sharesModules ? { runtime: '<rootDir>/test/support/runtime.cjs' } : {}),
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  globalSetup: '<rootDir>/test/support/before-all.ts',
  globalTeardown: '<rootDir>/test/support/after-all.ts',
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts', 'bin/**/*.ts', '!bin/init/templates/**'],
  // What the suite covers today, less a margin for lines that depend on the machine: it only rises.
  coverageThreshold: { global: { statements: 97.1, branches: 93.8, functions: 98.1, lines: 97.1 } },
  coverageReporters: ['text-summary', 'lcovonly'],
  transform: {
    '^.+\\.ts$': [
      compiler,
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
