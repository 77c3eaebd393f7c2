import { type Cluster, Kind, LISTENER_SETS } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem, type Problem } from '../../manifests/check';

export const rule: Check = {
  id: 'UnknownSecret',
  severity: Severity.ERROR,
  covers: ['IST0101'],
  summary: 'A Gateway or ListenerSet refers to a Secret that does not exist',
  explanation:
    'The gateway does not open the port until the Secret exists. For a Gateway of Istio it must be in the namespace of '
    + 'the pods, for one of the Gateway API in that of the Gateway or ListenerSet, unless it names another; there it is a note. '
    + 'Suppress the finding if the '
    + 'Secret is created at run time, for example by cert-manager.',
  *find(cluster) {
    yield* ofListeners(cluster);
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
              `The Secret "${name.text}" of namespace ${namespace}, that of the gateway's pods, is not among these `
                + 'manifests, so the port stays closed.',
              `Create the Secret in ${namespace}.`,
            ),
          );
        }
      }
    }
  },
};

/** The certificates of listeners of the Gateway API, in the namespace of their object unless they name another. */
function* ofListeners(cluster: Cluster): Iterable<Problem> {
  for (const owner of [Kind.GATEWAY, ...LISTENER_SETS].flatMap(type => cluster.all(type))) {
    for (const reference of owner.spec
      .get('listeners')
      .items.flatMap(each => each.get('tls', 'certificateRefs').items)) {
      const [name, kind] = [reference.get('name'), reference.get('kind').text || 'Secret'];
      const namespace = reference.get('namespace').text || owner.namespace;
      if (kind === 'Secret' && name.text !== '' && !cluster.find(Kind.SECRET, name.text, namespace)) {
        const found = absent(
          { type: Kind.SECRET, name: name.text, namespace },
          problem(
            name,
            `The Secret "${name.text}" of namespace ${namespace} is not among these manifests, so the port `
              + 'stays closed.',
            `Create the Secret in ${namespace}.`,
            [],
          ),
        );
        // Their certificates are rarely among manifests: edges of topologies refer to what the cluster has.
        yield { ...found, severity: Severity.INFO };
      }
    }
  }
}
