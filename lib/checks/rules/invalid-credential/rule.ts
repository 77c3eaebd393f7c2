import { isContentKnown, Kind } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { certificateProblem } from './certificates';

export const rule: Check = {
  id: 'InvalidCredential',
  severity: Severity.ERROR,
  covers: ['IST0161'],
  summary: 'A Gateway refers to a Secret without a valid certificate and key',
  explanation:
    'The gateway rejects the Secret and does not open the port. Expiry is not checked, since it depends on the date.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const namespace = Gateways.of(cluster).selectedBy(gateway)[0]?.namespace ?? '';
      for (const name of gateway.spec
        .get('servers')
        .items.map(each => each.get('tls', 'credentialName'))
        .filter(each => each.text !== '')) {
        const secret = cluster.find(Kind.SECRET, name.text, namespace);
        const wrong = secret && isContentKnown(secret) ? certificateProblem(secret) : undefined;
        if (wrong) {
          yield problem(
            name,
            `The Secret ${namespace}/${name.text} ${wrong}, so the port stays closed.`,
            'Create the Secret with a certificate and its key: `kubectl create secret tls`.',
          );
        }
      }
    }
  },
};
