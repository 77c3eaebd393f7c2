import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

const SETTING = 'BLOCKED_CIDRS_IN_JWKS_URIS';

export const unrestrictedJwks: Check = {
  id: 'UnrestrictedJwks',
  severity: Severity.WARNING,
  covers: ['IST0175'],
  summary: 'The control plane fetches keys from any address that a RequestAuthentication names',
  explanation: 'Whoever may write a RequestAuthentication can make istiod ask addresses inside the cluster or of the cloud\'s metadata service.',
  *find(cluster) {
    if (cluster.all(Kind.REQUEST_AUTHENTICATION).length === 0) {
      return;
    }
    for (const istiod of cluster.all(Kind.DEPLOYMENT).filter(each => each.labels.app === 'istiod')) {
      const containers = istiod.spec.get('template', 'spec', 'containers');
      if (!containers.items.some(each => each.get('env').items.some(variable => variable.get('name').text === SETTING && variable.get('value').text !== ''))) {
        yield problem(containers, `istiod has no ${SETTING}, so it fetches keys from any address.`, `Set ${SETTING} to the ranges that no key is in, e.g. 169.254.0.0/16.`);
      }
    }
  },
};
