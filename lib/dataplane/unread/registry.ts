import type { Reading } from './read';

const LOCALITY = 'which of equal endpoints';
const CERTIFICATE = 'certificates are assumed to be valid';

/** ServiceEntries. @see https://istio.io/latest/docs/reference/config/networking/service-entry/ */
export const SERVICE_ENTRY: Reading = {
  read: [
    'addresses',
    'exportTo',
    'hosts',
    'location',
    'resolution',
    'workloadSelector.labels',
    ...['name', 'number', 'protocol', 'targetPort'].map(name => `ports[].${name}`),
    ...['address', 'labels', 'ports', 'weight'].map(name => `endpoints[].${name}`),
  ],
  harmless: {
    'endpoints[].locality': LOCALITY,
    'endpoints[].serviceAccount': CERTIFICATE,
    subjectAltNames: CERTIFICATE,
  },
  unsimulated: { 'endpoints[].network': undefined },
};

/** WorkloadEntries. @see https://istio.io/latest/docs/reference/config/networking/workload-entry/ */
export const WORKLOAD_ENTRY: Reading = {
  read: ['address', 'labels', 'ports', 'weight'],
  harmless: { locality: LOCALITY, serviceAccount: CERTIFICATE },
  unsimulated: { network: undefined },
};

/** WorkloadGroups: what WorkloadEntries of machines that register themselves are made of. */
export const WORKLOAD_GROUP: Reading = {
  read: [],
  harmless: {
    metadata: 'machines that register themselves are not among the manifests',
    probe: 'all workloads are healthy',
    template: 'machines that register themselves are not among the manifests',
  },
  unsimulated: {},
};

/** ProxyConfigs. @see https://istio.io/latest/docs/reference/config/networking/proxy-config/ */
export const PROXY_CONFIG: Reading = {
  read: ['selector.matchLabels'],
  harmless: { concurrency: 'how fast, not where', image: 'the program of the proxy' },
  unsimulated: { environmentVariables: undefined },
};
