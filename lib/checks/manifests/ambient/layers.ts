import { type Field, operationsOf, type Resource, sourcesOf, targetRefsOf } from '../../../manifests';

const REQUEST_CONDITIONS = [
  'request.headers',
  'request.auth.claims',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
];

/** The part of an AuthorizationPolicy that needs an L7 proxy; undefined if ztunnel can enforce all of it. */
export function requestRuleOf(policy: Resource): Field | undefined {
  return (
    [
      ...operationsOf(policy).flatMap(each =>
        ['methods', 'paths', 'hosts', 'notMethods', 'notPaths', 'notHosts'].map(name => each.get(name)),
      ),
      ...sourcesOf(policy).flatMap(each => ['requestPrincipals', 'notRequestPrincipals'].map(name => each.get(name))),
    ].find(each => each.items.length > 0)
    ?? policy.spec
      .get('rules')
      .items.flatMap(rule => rule.get('when').items)
      .map(each => each.get('key'))
      .find(key => REQUEST_CONDITIONS.some(prefix => key.text.startsWith(prefix)))
  );
}

/** The part of a DestinationRule that needs an L7 proxy. */
export function requestPolicyOf(rule: Resource): Field | undefined {
  return [rule.spec, ...rule.spec.get('subsets').items]
    .map(each => each.get('trafficPolicy'))
    .flatMap(policy => [
      policy.get('loadBalancer', 'consistentHash', 'httpHeaderName'),
      policy.get('loadBalancer', 'consistentHash', 'httpCookie'),
      policy.get('connectionPool', 'http'),
      policy.get('outlierDetection'),
    ])
    .find(each => each.exists);
}

/**
 * The part of a Telemetry that needs an L7 proxy. One for a whole namespace applies to its waypoints and gateways.
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/model/telemetry.go
 */
export function requestTelemetryOf(telemetry: Resource): Field | undefined {
  const { spec } = telemetry;
  if (!spec.get('selector').exists && targetRefsOf(telemetry).length === 0) {
    return undefined;
  }
  return [
    spec.get('tracing'),
    spec.get('accessLogging'),
    ...spec.get('metrics').items.map(each => each.get('overrides')),
  ].find(each => each.items.length > 0);
}
