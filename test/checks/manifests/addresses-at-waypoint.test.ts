import { checkObjects } from '../../../lib/checks';

const gateway = (gatewayClassName: string) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'door', namespace: 'shop' },
  spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
});

/** The fields of findings for an AuthorizationPolicy with a target and a rule. */
function found(target: object | undefined, rule: object, gatewayClassName = 'istio'): (string | undefined)[] {
  const policy = {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'pay', namespace: 'shop' },
    spec: { ...(target ? { targetRefs: [target] } : {}), rules: [rule] },
  };
  return checkObjects([gateway(gatewayClassName), policy])
    .findings.filter(({ id }) => id === 'AddressesAtWaypoint')
    .map(({ field }) => field);
}

const from = (source: object) => ({ from: [{ source }] });
const BLOCKS = from({ ipBlocks: ['10.0.0.0/8'] });
const AT_SERVICE = { group: '', kind: 'Service', name: 'pay' };
const AT_GATEWAY = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' };

test.each<[string, object, string[]]>([
  ['ipBlocks', BLOCKS, ['spec.rules[0].from[0].source.ipBlocks']],
  ['notIpBlocks', from({ notIpBlocks: ['10.0.0.0/8'] }), ['spec.rules[0].from[0].source.notIpBlocks']],
  ['source.ip', { when: [{ key: 'source.ip', values: ['10.0.0.1'] }] }, ['spec.rules[0].when[0]']],
  ['remoteIpBlocks', from({ remoteIpBlocks: ['10.0.0.0/8'] }), []],
  ['other conditions', { when: [{ key: 'source.namespace', values: ['shop'] }] }, []],
])('of the conditions of a policy at a waypoint, %s are reported or not', (_name, rule, fields) => {
  expect(found(AT_SERVICE, rule)).toEqual(fields);
});

test.each<[string, object | undefined, string, boolean]>([
  ['a ServiceEntry', { group: 'networking.istio.io', kind: 'ServiceEntry', name: 'pay' }, 'istio', true],
  ['the class of waypoints', { group: '', kind: 'GatewayClass', name: 'istio-waypoint' }, 'istio', true],
  ['another class', { group: '', kind: 'GatewayClass', name: 'istio' }, 'istio', false],
  ['a waypoint', AT_GATEWAY, 'istio-waypoint', true],
  ['another Gateway', AT_GATEWAY, 'istio', false],
  ['a Gateway that is not there', { ...AT_GATEWAY, name: 'gone' }, 'istio-waypoint', false],
  ['no target', undefined, 'istio-waypoint', false],
])('ranges of a policy for %s are reported if it is at a waypoint', (_name, target, gatewayClassName, isReported) => {
  expect(found(target, BLOCKS, gatewayClassName)).toHaveLength(isReported ? 1 : 0);
});
