import { type Cluster, type Field, isContentKnown, Kind } from '../../../manifests';
import { certificateFailures, Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';
import { certificateProblem } from './certificates';

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
    for (const reference of cluster
      .all(Kind.GATEWAY)
      .flatMap(each => each.spec.get('listeners').items)
      .flatMap(each => each.get('tls', 'certificateRefs').items)) {
      yield* invalid(
        reference.get('name'),
        reference.get('namespace').text || reference.resource.namespace,
        cluster,
        [],
      );
    }
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const namespace = Gateways.of(cluster).selectedBy(gateway)[0]?.namespace ?? '';
      for (const name of gateway.spec
        .get('servers')
        .items.map(each => each.get('tls', 'credentialName'))
        .filter(each => each.text !== '')) {
        yield* invalid(name, namespace, cluster);
      }
    }
  },
};

function invalid(name: Field, namespace: string, cluster: Cluster, codes?: readonly string[]): Problem[] {
  const secret = cluster.find(Kind.SECRET, name.text, namespace);
  const wrong = secret && isContentKnown(secret) ? certificateProblem(secret) : undefined;
  return wrong
    ? [
        problem(
          name,
          `The Secret ${namespace}/${name.text} ${wrong}, so the port stays closed.`,
          'Create the Secret with a certificate and its key: `kubectl create secret tls`.',
          codes,
        ),
      ]
    : [];
}
