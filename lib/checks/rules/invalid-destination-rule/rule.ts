import { type Field, Kind } from '../../../manifests';
import { checkClientTls } from './client-tls';
import { checkPool } from '../../manifests/schema/connection-pool';
import { checkLoadBalancer } from './load-balancer';
import { isAddress, isDnsLabel, isFullName, isHost, isPort } from '../../manifests/schema/names';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkDuration, checkExportTo, checkLabels, checkPercent, checkSelector } from '../../manifests/schema/shared';

const PARTS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];

const WHOLE = [...PARTS, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

export const rule = validity(
  Kind.DESTINATION_RULE,
  'It needs a host; its subsets have unique names; a traffic policy is not empty; numbers are not '
    + 'negative, durations have a unit; a rule with a workloadSelector is exported to its own namespace '
    + 'only.',
  (resource, complain) => {
    const { spec } = resource;
    if (!isHost(spec.get('host').text)) {
      complain(spec.get('host'), `"${spec.get('host').text}" is not a valid host name.`, 'Set the host.');
    }
    checkExportTo(resource, complain);
    checkSelector(spec.get('workloadSelector', 'matchLabels'), complain);
    checkPolicy(spec.get('trafficPolicy'), complain);
    const names = new Set<string>();
    for (const subset of spec.get('subsets').items) {
      const name = subset.get('name');
      if (!isDnsLabel(name.text)) {
        complain(name, `"${name.text}" is not a valid subset name.`, 'Use letters, digits and dashes.');
      }
      if (names.has(name.text)) {
        complain(name, `Another subset is named "${name.text}".`, 'Use unique names.');
      }
      names.add(name.text);
      checkLabels(subset.get('labels'), complain);
      checkPolicy(subset.get('trafficPolicy'), complain);
    }
  },
);

function checkPolicy(policy: Field, complain: Complain): void {
  if (policy.exists && !WHOLE.some(name => saysSomething(policy.get(name)))) {
    complain(policy, 'The traffic policy is empty.', `Add one of ${PARTS.join(', ')}, or remove it.`);
  }
  if (policy.get('tunnel').exists && policy.get('proxyProtocol').exists) {
    complain(policy, 'tunnel and proxyProtocol are mutually exclusive.', 'Keep tunnel or proxyProtocol.');
    return;
  }
  checkParts(policy, complain);
  checkTunnel(policy.get('tunnel'), complain);
  for (const port of policy.get('portLevelSettings').items) {
    if (!port.get('port').exists) {
      complain(port, 'The port-level setting has no port.', 'Add `port: { number: … }`.');
    }
    if (!PARTS.some(name => port.get(name).exists)) {
      complain(port, 'The port-level setting is empty.', `Add one of ${PARTS.join(', ')}, or remove it.`);
    }
    checkParts(port, complain);
  }
}

/** Whether a field is present and not an empty list. */
function saysSomething(field: Field): boolean {
  return field.exists && !(Array.isArray(field.value) && field.items.length === 0);
}

function checkParts(policy: Field, complain: Complain): void {
  checkOutliers(policy.get('outlierDetection'), complain);
  checkPool(policy.get('connectionPool'), complain);
  checkLoadBalancer(policy.get('loadBalancer'), complain);
  checkClientTls(policy.get('tls'), complain);
}

function checkOutliers(detection: Field, complain: Complain): void {
  ['baseEjectionTime', 'interval'].forEach(name => checkDuration(detection.get(name), complain));
  ['maxEjectionPercent', 'minHealthPercent'].forEach(name => checkPercent(detection.get(name), complain));
  const local = detection.get('consecutiveLocalOriginFailures');
  if ((local.number ?? 0) > 0 && !detection.get('splitExternalLocalOriginErrors').isTrue) {
    complain(
      local,
      'The setting is ignored without splitExternalLocalOriginErrors.',
      'Set splitExternalLocalOriginErrors: true.',
    );
  }
}

function checkTunnel(tunnel: Field, complain: Complain): void {
  const [protocol, host] = ['protocol', 'targetHost'].map(name => tunnel.get(name));
  if (protocol && !['', 'CONNECT', 'POST'].includes(protocol.text)) {
    complain(protocol, `"${protocol.text}" is not a tunnel protocol.`, 'Use CONNECT or POST.');
  }
  if (
    tunnel.exists
    && ((!isFullName(host?.text ?? '') && !isAddress(host?.text ?? '')) || !isPort(tunnel.get('targetPort')))
  ) {
    complain(tunnel, 'The tunnel has no target.', 'Add targetHost and targetPort.');
  }
}
