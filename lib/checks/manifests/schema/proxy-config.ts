import { Kind } from '../../../manifests';
import { validity } from './rules';
import { checkSelector } from './shared';

export const invalidProxyConfig = validity(
  Kind.PROXY_CONFIG,
  'Proxies have no fewer than 0 threads; a selector has no patterns.',
  ({ spec }, complain) => {
    checkSelector(spec.get('selector', 'matchLabels'), complain);
    if ((spec.get('concurrency').number ?? 0) < 0) {
      complain(spec.get('concurrency'), 'The number is negative.', 'Use 0 for as many as there are cores.');
    }
  },
);
