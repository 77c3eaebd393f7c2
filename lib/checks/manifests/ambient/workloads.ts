export const MODE = 'istio.io/dataplane-mode';
