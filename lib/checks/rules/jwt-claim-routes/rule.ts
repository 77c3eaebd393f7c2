import { type Field, gatewayAt, gatewaysNamedBy, hasLabels, Kind } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { isRoutingClaim } from '../../manifests/routing/jwt-claim-routes';

export const rule: Check = {
  id: 'JwtClaimRoutes',
  severity: Severity.ERROR,
  covers: ['IST0149'],
  summary: 'A VirtualService routes by a token claim, but its gateway does not validate tokens',
  explanation:
    'Claims are available only where a RequestAuthentication validates the token; without one the match '
    + 'is never true. A RequestAuthentication in the root namespace applies to all gateways.',
  *find(cluster) {
    const authentications = cluster.all(Kind.REQUEST_AUTHENTICATION);
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      const claim = claimMatch(virtualService.spec);
      if (!claim) {
        continue;
      }
      for (const reference of gatewaysNamedBy(virtualService)) {
        const gateway = gatewayAt(reference, cluster);
        const bare = gateway
          ? Gateways.of(cluster)
              .selectedBy(gateway)
              .find(
                ({ namespace, labels }) =>
                  !authentications.some(
                    each =>
                      (namespace === undefined || [namespace, cluster.mesh.rootNamespace].includes(each.namespace))
                      && hasLabels(labels, each.spec.get('selector', 'matchLabels').strings),
                  ),
              )
          : undefined;
        if (bare) {
          yield problem(
            claim,
            `No RequestAuthentication applies to ${bare.name}, the gateway of these rules, `
              + 'so the claim is never available.',
            "Declare a RequestAuthentication whose selector matches the gateway's pods.",
          );
        }
      }
    }
  },
};

function claimMatch(spec: Field): Field | undefined {
  return spec
    .get('http')
    .items.flatMap(route => route.get('match').items)
    .flatMap(match => [...match.get('headers').entries, ...match.get('withoutHeaders').entries])
    .find(([name]) => isRoutingClaim(name))?.[1];
}
