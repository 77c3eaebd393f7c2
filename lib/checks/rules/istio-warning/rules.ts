import { type Cluster, type Field, Kind } from '../../../manifests';
import { problem, type Problem } from '../../manifests/check';
import { sizeOfBody } from '../../manifests/schema/http-rule';
import { isAddress, isHost } from '../../manifests/schema/names';

const LARGE = 100 * 1024;
const HUGE = 2 ** 20;

/** Warnings of Istio about VirtualServices and DestinationRules. */
export function* warnedRules(cluster: Cluster): Iterable<Problem> {
  for (const { spec } of cluster.all(Kind.VIRTUAL_SERVICE)) {
    yield* requests(spec.get('http').items);
    for (const name of spec
      .get('tls')
      .items.flatMap(each => each.get('match').items)
      .flatMap(each => each.get('sniHosts').items)
      .filter(each => isAddress(each.text) && !isHost(each.text))) {
      yield problem(name, 'Clients send a host name as the SNI, never an IP address.', 'Match the host name.');
    }
  }
  for (const policy of cluster.all(Kind.DESTINATION_RULE).map(each => each.spec.get('trafficPolicy'))) {
    yield* terms(policy);
  }
}

function* requests(rules: readonly Field[]): Iterable<Problem> {
  for (const rule of rules) {
    if (rule.get('mirrorPercent').exists) {
      yield problem(
        rule.get('mirrorPercent'),
        '`mirrorPercent` is deprecated.',
        'Write `mirrorPercentage: { value: … }`.',
      );
    }
    const size = sizeOfBody(rule.get('directResponse'));
    if (size > LARGE && size <= HUGE) {
      yield problem(
        rule.get('directResponse', 'body'),
        'A body of this size is part of the configuration of every proxy.',
        'Serve it from a pod.',
      );
    }
  }
}

function* terms(policy: Field): Iterable<Problem> {
  const errors = policy.get('outlierDetection', 'consecutiveErrors');
  if ((errors.number ?? 0) !== 0) {
    yield problem(
      errors,
      '`consecutiveErrors` is deprecated.',
      'Use consecutive5xxErrors or consecutiveGatewayErrors.',
    );
  }
  const ring = policy.get('loadBalancer', 'consistentHash', 'minimumRingSize');
  if ((ring.number ?? 0) !== 0) {
    yield problem(ring, '`minimumRingSize` is deprecated here.', 'Write `ringHash: { minimumRingSize: … }`.');
  }
  for (const setting of ['localityLbSetting', 'zoneAwareLbSetting'].map(name => policy.get('loadBalancer', name))) {
    const failover = ['failover', 'failoverPriority']
      .map(name => setting.get(name))
      .find(each => each.items.length > 0);
    if (failover && !policy.get('outlierDetection').exists) {
      yield problem(
        failover,
        'Without outlier detection no endpoint becomes unhealthy, so failover never happens.',
        'Add `outlierDetection`.',
      );
    }
  }
}
