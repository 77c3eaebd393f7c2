const folders = [
  'topology',
  'manifests',
  'checks',
  'kubernetes',
  'istio',
  'linkerd',
  'gateway',
  'aws',
  'testing',
  'diagram',
];
const mayImport = {
  topology: [],
  manifests: [],
  checks: ['topology', 'manifests'],
  testing: ['manifests'],
  diagram: ['manifests'],
  kubernetes: ['topology', 'checks'],
  // Istio on EKS is installed with the values of its charts.
  aws: ['topology', 'checks', 'istio'],
  istio: ['topology', 'checks', 'kubernetes'],
  linkerd: ['topology', 'checks', 'kubernetes'],
  gateway: ['topology', 'checks', 'kubernetes'],
};

/** Arrows run down the layers only, never in a circle, and into a folder through its index alone. */
module.exports = {
  forbidden: [
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    ...folders.map(folder => ({
      name: `${folder}-imports-only-what-is-below`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: '^lib/', pathNot: [folder, ...mayImport[folder]].map(each => `^lib/${each}/`) },
    })),
    ...folders.map(folder => ({
      name: `${folder}-is-entered-by-its-index`,
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: `^lib/${folder}/` },
      to: { path: `^lib/${folder}/`, pathNot: `^lib/${folder}/index\\.ts$` },
    })),
    {
      name: 'aws-cdk-lib-only-behind-its-entry-points',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(aws|testing)/' },
      to: { path: 'node_modules/aws-cdk-lib' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
