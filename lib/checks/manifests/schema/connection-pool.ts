import { type Field, millisOf } from '../../../manifests';
import type { Complain } from './rules';
import { checkDuration } from './shared';

/** Connection pool settings. */
export function checkPool(pool: Field, complain: Complain): void {
  const [http, tcp] = [pool.get('http'), pool.get('tcp')];
  if (pool.exists && !tcp.exists && !http.exists) {
    complain(pool, 'The connection pool is empty.', 'Add tcp or http, or remove it.');
  }
  const numbers = [
    'http1MaxPendingRequests',
    'http2MaxRequests',
    'maxRequestsPerConnection',
    'maxRetries',
    'maxConcurrentStreams',
  ]
    .map(name => http.get(name))
    .concat(tcp.get('maxConnections'));
  for (const number of numbers.filter(each => (each.number ?? 0) < 0)) {
    complain(number, 'The number is negative.', 'Use 0 or more.');
  }
  [
    http.get('idleTimeout'),
    ...['connectTimeout', 'maxConnectionDuration'].map(name => tcp.get(name)),
    ...['time', 'interval'].map(name => tcp.get('tcpKeepalive', name)),
  ].forEach(each => checkDuration(each, complain));
  if (Math.trunc(millisOf(tcp.get('idleTimeout').text) ?? 1) !== 0) {
    checkDuration(tcp.get('idleTimeout'), complain);
  }
  if (http.get('h2UpgradePolicy').text === 'UPGRADE' && http.get('useClientProtocol').isTrue) {
    complain(
      http.get('useClientProtocol'),
      'useClientProtocol and h2UpgradePolicy are mutually exclusive.',
      'Remove one of them.',
    );
  }
  for (const name of http.get('http2KeepAlive').exists ? ['interval', 'timeout'] : []) {
    const duration = http.get('http2KeepAlive', name);
    if (!duration.exists) {
      complain(http.get('http2KeepAlive'), `http2KeepAlive has no ${name}.`, `Add \`${name}\`.`);
    }
    checkDuration(duration, complain);
  }
}
