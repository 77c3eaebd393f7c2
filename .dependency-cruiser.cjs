const folders = [
  'advice',
  'topology',
  'manifests',
  'dataplane',
  'checks',
  'kubernetes',
  'istio',
  'linkerd',
  'gateway',
  'aws',
  'openapi',
  'testing',
  'analysis',
];
const mayImport = {
  advice: ['topology', 'manifests', 'kubernetes', 'istio', 'linkerd', 'gateway'],
  topology: [],
  manifests: [],
  dataplane: ['manifests'],
  checks: ['topology', 'manifests', 'dataplane'],
  testing: ['manifests', 'dataplane'],
  analysis: ['manifests', 'dataplane', 'checks', 'testing'],
  kubernetes: ['topology', 'checks'],
  // Istio on EKS is installed with the values of its charts.
  aws: ['topology', 'checks', 'istio'],
  openapi: ['topology'],
  istio: ['topology', 'checks', 'kubernetes'],
  linkerd: ['topology', 'checks', 'kubernetes'],
  gateway: ['topology', 'checks', 'kubernetes'],
};

/** The folders of the data plane, from the ground up: each imports only from those before it. */
const dataplane = [
  'messages',
  'endpoints',
  'unread',
  'policies',
  'routes',
  'virtual-hosts',
  'clusters',
  'envoy-gateway',
  'apis',
  'listeners',
  'graph',
  'requests',
];

/** The second index of `checks`: a model needs the findings of synthesis, and what reads manifests needs no model. */
const FINDINGS_OF_SYNTHESIS = '^lib/checks/graph/index\\.ts$';

/** Arrows run down the layers only, never in a circle, and into a folder through its index alone. */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
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
      to: { path: `^lib/${folder}/`, pathNot: [`^lib/${folder}/index\\.ts$`, FINDINGS_OF_SYNTHESIS] },
    })),
    ...dataplane.map((folder, place) => ({
      name: `dataplane-${folder}-imports-only-what-is-below`,
      severity: 'error',
      from: { path: `^lib/dataplane/${folder}/` },
      to: { path: '^lib/dataplane/', pathNot: dataplane.slice(0, place + 1).map(each => `^lib/dataplane/${each}/`) },
    })),
    {
      name: 'aws-cdk-lib-only-behind-its-entry-points',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/aws/' },
      to: { path: 'node_modules/aws-cdk-lib' },
    },
  ],
  options: {
    // Imports of types count too.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
