import { Kind } from '../../../manifests';
import { certificateFailures, credentialFailure, Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'InvalidCredential',
  severity: Severity.ERROR,
  covers: ['IST0161'],
  summary: 'A Gateway has no valid certificate and key',
  explanation:
    'The gateway rejects the Secret and does not open the port. A listener of the Gateway API may refer to Secrets '
    + 'only, in another namespace with a ReferenceGrant. Expiry is not checked, since it depends on the date.',
  *find(cluster) {
    for (const { at, reason } of certificateFailures(cluster)) {
      yield problem(
        at,
        `The listener has no certificate, so its port stays closed: ${reason}.`,
        'Refer to a Secret of type kubernetes.io/tls in the namespace of the Gateway, or grant the reference.',
        [],
      );
    }
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const namespace = Gateways.of(cluster).selectedBy(gateway)[0]?.namespace ?? '';
      for (const server of gateway.spec.get('servers').items) {
        const failure = credentialFailure(server, namespace, cluster);
        if (failure) {
          yield problem(
            failure.at,
            `The server has no certificate, so its port stays closed: ${failure.reason}.`,
            'Create the Secret with a certificate and its key: `kubectl create secret tls`.',
          );
        }
      }
    }
  },
};
