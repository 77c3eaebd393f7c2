import { type Field, gatewayAt, gatewaysNamedBy, hasLabels, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { podsFor } from '../gateways/standard-gateway';

export const jwtClaimRoutes: Check = {
  id: 'JwtClaimRoutes',
  severity: Severity.ERROR,
  covers: ['IST0149'],
  summary: 'A VirtualService routes by a claim of a token that nothing validates at its gateway',
  explanation: 'Claims are known only where a RequestAuthentication has validated the token; without one the match never holds. Those of the root namespace are for all gateways.',
  *find(cluster) {
    const authentications = cluster.all(Kind.REQUEST_AUTHENTICATION);
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      const claim = claimMatch(virtualService.spec);
      if (!claim) {
        continue;
      }
      for (const reference of gatewaysNamedBy(virtualService)) {
        const gateway = gatewayAt(reference, cluster);
        const bare = gateway ? podsFor(gateway.spec.get('selector').strings, cluster).find(({ namespace, labels }) => !authentications.some(each =>
          [namespace, cluster.mesh.rootNamespace].includes(each.namespace) && hasLabels(labels, each.spec.get('selector', 'matchLabels').strings))) : undefined;
        if (bare) {
          yield problem(claim, `No RequestAuthentication is for ${bare.namespace}/${bare.name}, the gateway of these rules, so the claim is never there.`,
            'Declare a RequestAuthentication whose selector takes the gateway\'s pods.');
        }
      }
    }
  },
};

function claimMatch(spec: Field): Field | undefined {
  return spec.get('http').items.flatMap(route => route.get('match').items)
    .flatMap(match => [...match.get('headers').entries, ...match.get('withoutHeaders').entries])
    .find(([name]) => isRoutingClaim(name))?.[1];
}

/** Whether what is matched as a header is a claim: `@request.auth.claims.name`, or with the names in brackets. */
export function isRoutingClaim(name: string): boolean {
  return /^@request\.auth\.claims(\..+|\[.+\])$/is.test(name);
}
