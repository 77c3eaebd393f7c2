import { Kind } from '../../../manifests';
import { validity } from '../../manifests/schema/rules';
import { checkSelector } from '../../manifests/schema/shared';

export const rule = validity(
  Kind.PROXY_CONFIG,
  'The concurrency is 0 or more; a selector has no wildcards.',
  ({ spec }, complain) => {
    checkSelector(spec.get('selector', 'matchLabels'), complain);
    if ((spec.get('concurrency').number ?? 0) < 0) {
      complain(spec.get('concurrency'), 'The concurrency is negative.', 'Use 0 for one thread per core.');
    }
  },
);
