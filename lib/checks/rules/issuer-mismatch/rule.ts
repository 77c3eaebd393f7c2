import { addTo, type Cluster, hasLabels, Kind, labelTexts, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'IssuerMismatch',
  severity: Severity.WARNING,
  covers: [],
  summary: 'A token issuer is accepted only inside or only at the edge',
  explanation:
    'Tokens that the edge (gateway, or the managed API in front) rejects never arrive, so the inner rule '
    + 'has no effect; tokens that only the edge accepts are rejected, or not validated, inside. Checked if '
    + 'both have issuers.',
  *find(cluster) {
    const isAtEdge = edgeOf(cluster);
    const rules = cluster
      .all(Kind.REQUEST_AUTHENTICATION)
      .map(authentication => ({ authentication, isEdge: isAtEdge(authentication) }));
    const issuers = (isEdge: boolean) =>
      rules
        .filter(each => each.isEdge === isEdge)
        .flatMap(({ authentication }) => authentication.spec.get('jwtRules').items.map(each => each.get('issuer')));
    const api = cluster
      .all('AWS::ApiGatewayV2::Authorizer')
      .map(each => each.root.get('Properties', 'JwtConfiguration', 'Issuer'))
      .filter(each => each.text !== '');
    const layers = [
      { name: 'the managed API', issuers: api },
      { name: 'the gateway', issuers: issuers(true) },
      { name: 'the services', issuers: issuers(false) },
    ].filter(each => each.issuers.length > 0);
    for (const [index, outer] of layers.entries()) {
      const inner = layers[index + 1];
      for (const [here, there] of inner
        ? ([
            [outer, inner],
            [inner, outer],
          ] as const)
        : []) {
        const accepted = new Set(there.issuers.map(each => each.text));
        for (const issuer of here.issuers.filter(each => !accepted.has(each.text))) {
          yield problem(
            issuer,
            `${issuer.text} is accepted by ${here.name}, but not by ${there.name}.`,
            'Accept the same issuers in both.',
          );
        }
      }
    }
  },
};

/**
 * Returns whether a RequestAuthentication applies to a gateway: by its targets, or because a Gateway's selector
 * includes all its labels.
 */
function edgeOf(cluster: Cluster): (authentication: Resource) => boolean {
  const byLabel = new Map<string, Resource[]>();
  for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
    labelTexts(gateway.spec.get('selector').strings).forEach(label => addTo(byLabel, label, gateway));
  }
  return authentication => {
    const targets = [authentication.spec.get('targetRef'), ...authentication.spec.get('targetRefs').items].filter(
      each => each.exists,
    );
    const selector = authentication.spec.get('selector', 'matchLabels').strings;
    const [label] = labelTexts(selector);
    return (
      targets.some(
        each =>
          each.get('kind').text === 'Gateway'
          && !cluster
            .find(Kind.GATEWAY, each.get('name').text, authentication.namespace)
            ?.spec.get('gatewayClassName')
            .text.startsWith('istio-waypoint'),
      )
      || (label !== undefined
        && (byLabel.get(label) ?? []).some(gateway => hasLabels(gateway.spec.get('selector').strings, selector)))
    );
  };
}
