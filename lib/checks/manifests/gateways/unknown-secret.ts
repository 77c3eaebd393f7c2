import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { certificateProblem } from './certificates';
import { podsFor } from './standard-gateway';

export const unknownSecret: Check = {
  id: 'UnknownSecret',
  severity: Severity.ERROR,
  covers: ['IST0101'],
  summary: 'A Gateway refers to a Secret that does not exist in the namespace of its pods',
  explanation: 'The gateway does not open the port until the Secret exists. It must be in the namespace of the pods, not of the Gateway. Suppress the finding if the '
    + 'Secret is created at run time, for example by cert-manager.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      const namespace = podsFor(selector, cluster)[0]?.namespace;
      if (namespace === undefined) {
        continue;
      }
      for (const name of gateway.spec.get('servers').items.map(each => each.get('tls', 'credentialName')).filter(each => each.text !== '')) {
        if (!cluster.find(Kind.SECRET, name.text, namespace)) {
          yield problem(name, `The Secret "${name.text}" does not exist in namespace ${namespace} of the gateway's pods, so the port stays closed.`, `Create the Secret in ${namespace}.`);
        }
      }
    }
  },
};

export const invalidCredential: Check = {
  id: 'InvalidCredential',
  severity: Severity.ERROR,
  covers: ['IST0161'],
  summary: 'A Gateway refers to a Secret without a valid certificate and key',
  explanation: 'The gateway rejects the Secret and does not open the port. Expiry is not checked, since it depends on the date.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      const namespace = podsFor(selector, cluster)[0]?.namespace ?? '';
      for (const name of gateway.spec.get('servers').items.map(each => each.get('tls', 'credentialName')).filter(each => each.text !== '')) {
        const secret = cluster.find(Kind.SECRET, name.text, namespace);
        const wrong = secret ? certificateProblem(secret) : undefined;
        if (wrong) {
          yield problem(name, `The Secret ${namespace}/${name.text} ${wrong}, so the port stays closed.`, 'Create the Secret with a certificate and its key: `kubectl create secret tls`.');
        }
      }
    }
  },
};
