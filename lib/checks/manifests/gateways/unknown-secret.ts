import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { certificateProblem } from './certificates';
import { podsFor } from './standard-gateway';

export const unknownSecret: Check = {
  id: 'UnknownSecret',
  severity: Severity.ERROR,
  covers: ['IST0101'],
  summary: 'A Gateway names a Secret that is not in the namespace of its pods',
  explanation: 'The gateway does not open the port until the Secret is there. It has to be in the namespace of the pods, not in that of the Gateway. Suppress it where the '
    + 'Secret is made by somebody else, such as cert-manager.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      const namespace = podsFor(selector, cluster)[0]?.namespace;
      if (namespace === undefined) {
        continue;
      }
      for (const name of gateway.spec.get('servers').items.map(each => each.get('tls', 'credentialName')).filter(each => each.text !== '')) {
        if (!cluster.find(Kind.SECRET, name.text, namespace)) {
          yield problem(name, `There is no Secret "${name.text}" in namespace ${namespace}, where the gateway's pods are, so the port stays closed.`, `Create the Secret in ${namespace}.`);
        }
      }
    }
  },
};

export const invalidCredential: Check = {
  id: 'InvalidCredential',
  severity: Severity.ERROR,
  covers: ['IST0161'],
  summary: 'A Gateway names a Secret that holds no certificate with its key',
  explanation: 'The gateway refuses it and does not open the port. Whether a certificate has expired depends on the day, and is not looked at.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      const namespace = podsFor(selector, cluster)[0]?.namespace ?? '';
      for (const name of gateway.spec.get('servers').items.map(each => each.get('tls', 'credentialName')).filter(each => each.text !== '')) {
        const secret = cluster.find(Kind.SECRET, name.text, namespace);
        const wrong = secret ? certificateProblem(secret) : undefined;
        if (wrong) {
          yield problem(name, `The Secret ${namespace}/${name.text} ${wrong}, so the port stays closed.`, 'Give it a certificate and its key: `kubectl create secret tls`.');
        }
      }
    }
  },
};
