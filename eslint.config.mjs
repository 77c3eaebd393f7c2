import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'dist',
      'build',
      'cdk.out',
      'lab/.cache',
      'packaging/.cache',
      'site/{dist,pages,.cache}/**',
      'bin/init/templates',
    ],
  },
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  {
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 300 }],
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  { files: ['bin/**', 'bench/**', 'lab/**'], rules: { 'no-console': 'off' } },
  { files: ['test/**'], rules: { 'max-lines': 'off' } },
  {
    files: ['test/**'],
    rules: {
      // Files of a worker share modules: see test/support/runtime.cjs.
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock', 'setMock', 'resetModules', 'isolateModules'].map(property => ({
          object: 'jest',
          property,
        })),
      ],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
