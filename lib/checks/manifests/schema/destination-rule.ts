import { type Field, Kind } from '../../../manifests';
import { type Complain, isDnsLabel, isHost, validity } from './rules';
import { checkDuration, checkExportTo, checkPercent, checkSelector } from './shared';

const PARTS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const WHOLE = [...PARTS, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

export const invalidDestinationRule = validity(
  Kind.DESTINATION_RULE,
  'It needs a host; its subsets have different names; a traffic policy says something; numbers are not negative, durations have a unit.',
  (resource, complain) => {
    const { spec } = resource;
    if (!isHost(spec.get('host').text)) {
      complain(spec.get('host'), `"${spec.get('host').text}" is no host name.`, 'Name the host.');
    }
    checkExportTo(resource, complain);
    checkSelector(spec.get('workloadSelector', 'matchLabels'), complain);
    checkPolicy(spec.get('trafficPolicy'), WHOLE, complain);
    const names = new Set<string>();
    for (const subset of spec.get('subsets').items) {
      const name = subset.get('name');
      if (!isDnsLabel(name.text)) {
        complain(name, `"${name.text}" is no name of a subset.`, 'Use lower-case letters, digits and dashes.');
      }
      if (names.has(name.text)) {
        complain(name, `Another subset is named "${name.text}".`, 'Give each a name of its own.');
      }
      names.add(name.text);
      checkPolicy(subset.get('trafficPolicy'), WHOLE, complain);
    }
  },
);

function checkPolicy(policy: Field, parts: readonly string[], complain: Complain): void {
  if (policy.exists && !parts.some(name => policy.get(name).exists)) {
    complain(policy, 'The traffic policy says nothing.', `Add one of ${parts.slice(0, 4).join(', ')}, or remove it.`);
  }
  checkOutliers(policy.get('outlierDetection'), complain);
  checkPool(policy.get('connectionPool'), complain);
  checkTls(policy.get('tls'), complain);
  const cookie = policy.get('loadBalancer', 'consistentHash', 'httpCookie');
  if (cookie.exists && cookie.get('name').text === '') {
    complain(cookie, 'The cookie has no name.', 'Add `name`.');
  }
  for (const port of policy.get('portLevelSettings').items) {
    if (!port.get('port').exists) {
      complain(port, 'It does not say which port it is for.', 'Add `port: { number: … }`.');
    }
    checkPolicy(port, PARTS, complain);
  }
}

function checkOutliers(detection: Field, complain: Complain): void {
  ['baseEjectionTime', 'interval'].forEach(name => checkDuration(detection.get(name), complain));
  ['maxEjectionPercent', 'minHealthPercent'].forEach(name => checkPercent(detection.get(name), complain));
  const local = detection.get('consecutiveLocalOriginFailures');
  if ((local.number ?? 0) > 0 && !detection.get('splitExternalLocalOriginErrors').isTrue) {
    complain(local, 'It counts only with splitExternalLocalOriginErrors.', 'Set splitExternalLocalOriginErrors: true.');
  }
}

function checkPool(pool: Field, complain: Complain): void {
  if (pool.exists && !pool.get('tcp').exists && !pool.get('http').exists) {
    complain(pool, 'The connection pool says nothing.', 'Add tcp or http, or remove it.');
  }
  const numbers = ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries', 'maxConcurrentStreams'].map(name => pool.get('http', name)).concat(pool.get('tcp', 'maxConnections'));
  for (const number of numbers.filter(each => (each.number ?? 0) < 0)) {
    complain(number, 'The number is negative.', 'Use 0 or more.');
  }
  [pool.get('tcp', 'connectTimeout'), pool.get('http', 'idleTimeout'), pool.get('tcp', 'maxConnectionDuration')].forEach(each => checkDuration(each, complain));
}

function checkTls(tls: Field, complain: Complain): void {
  const mode = tls.get('mode').text;
  const missing = mode === 'MUTUAL' && tls.get('credentialName').text === '' ? ['clientCertificate', 'privateKey'].filter(name => tls.get(name).text === '') : [];
  if (missing.length > 0) {
    complain(tls, `MUTUAL needs ${missing.join(' and ')}.`, 'Add them, or a credentialName.');
  }
  const extra = mode === 'ISTIO_MUTUAL' ? ['clientCertificate', 'privateKey', 'caCertificates', 'credentialName'].filter(name => tls.get(name).text !== '') : [];
  extra.forEach(name => complain(tls.get(name), `ISTIO_MUTUAL has certificates of its own, and no ${name}.`, 'Remove it.'));
}
