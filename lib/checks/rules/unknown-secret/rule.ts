import { Kind } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownSecret',
  severity: Severity.ERROR,
  covers: ['IST0101'],
  summary: 'A Gateway refers to a Secret that does not exist in the namespace of its pods',
  explanation:
    'The gateway does not open the port until the Secret exists. It must be in the namespace of the '
    + 'pods, not of the Gateway. Suppress the finding if the '
    + 'Secret is created at run time, for example by cert-manager.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const namespace = Gateways.of(cluster).selectedBy(gateway)[0]?.namespace;
      if (namespace === undefined) {
        continue;
      }
      for (const name of gateway.spec
        .get('servers')
        .items.map(each => each.get('tls', 'credentialName'))
        .filter(each => each.text !== '')) {
        if (!cluster.find(Kind.SECRET, name.text, namespace)) {
          yield absent(
            { type: Kind.SECRET, name: name.text, namespace },
            problem(
              name,
              `The Secret "${name.text}" of namespace ${namespace}, that of the gateway's pods, is not among these manifests, so `
                + 'the port stays closed.',
              `Create the Secret in ${namespace}.`,
            ),
          );
        }
      }
    }
  },
};
