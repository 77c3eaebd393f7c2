import { isIP } from 'node:net';
import { type Field, hostsMeet, Kind, type Resource } from '../../../manifests';
import { isForMesh } from '../routing/destinations';
import { type Complain, isDnsLabel, isHost, isPort, validity } from './rules';
import { checkDuration, checkExportTo, checkPercent } from './shared';
import { STATUSES } from './statuses';

export const invalidVirtualService = validity(
  Kind.VIRTUAL_SERVICE,
  'It needs hosts (or is a delegate, without gateways), rules with a destination, weights of which some is above 0, durations with a unit; no two of its hosts may cover one another.',
  (resource, complain) => {
    const { spec } = resource;
    const isDelegate = spec.get('hosts').items.length === 0;
    checkHosts(resource, complain);
    checkGatewayNames(spec.get('gateways').items, complain);
    checkExportTo(resource, complain);
    if (isDelegate && ['gateways', 'tls', 'tcp'].some(name => spec.get(name).items.length > 0)) {
      complain(spec, 'Without hosts it is a delegate, which has neither gateways nor rules for TLS or TCP.', 'Add hosts, or remove these.');
    }
    if (['http', 'tls', 'tcp'].every(name => spec.get(name).items.length === 0)) {
      complain(spec, 'It has no rules.', 'Add http, tls or tcp.');
    }
    spec.get('http').items.forEach(rule => checkHttp(rule, isDelegate, complain));
    for (const rule of ['tls', 'tcp'].flatMap(name => spec.get(name).items)) {
      if (rule.get('route').items.length === 0) {
        complain(rule, 'The rule has no destination.', 'Add `route`.');
      }
      checkDestinations(rule.get('route'), complain);
    }
    for (const rule of spec.get('tls').items) {
      if (rule.get('match').items.length === 0 || rule.get('match').items.some(each => each.get('sniHosts').items.length === 0)) {
        complain(rule, 'A rule for TLS matches by sniHosts.', 'Add `match: [{ sniHosts: [...] }]`.');
      }
    }
  },
);

function checkHosts({ spec, type }: Resource, complain: Complain): void {
  const hosts = spec.get('hosts').items;
  const isMesh = type === Kind.VIRTUAL_SERVICE && isForMesh(hosts[0]?.resource ?? spec.resource);
  const wildcards: string[] = [];
  const names = new Set<string>();
  for (const host of hosts) {
    if (!isHost(host.text) && isIP(host.text) === 0) {
      complain(host, `"${host.text}" is no host name.`, 'Write a host, perhaps with `*.` in front.');
    } else if (host.text === '*' && isMesh) {
      complain(host, 'For traffic between workloads the host cannot be `*`.', 'Name the hosts, or name gateways.');
    }
    if (names.has(host.text) || wildcards.some(each => hostsMeet(each, host.text)) || (host.text.startsWith('*') && [...names].some(each => hostsMeet(each, host.text)))) {
      complain(host, `Another host of this VirtualService covers "${host.text}".`, 'Remove one of them.');
    }
    names.add(host.text);
    if (host.text.startsWith('*')) {
      wildcards.push(host.text);
    }
  }
}

function checkGatewayNames(gateways: readonly Field[], complain: Complain): void {
  for (const gateway of gateways) {
    const [first = '', second] = gateway.text.split('/');
    if (second === undefined ? !isHost(first) || first.includes('*') : !isDnsLabel(first) || !isDnsLabel(second)) {
      complain(gateway, `"${gateway.text}" is no name of a Gateway.`, 'Write `namespace/name`.');
    }
  }
}

function checkHttp(rule: Field, isDelegate: boolean, complain: Complain): void {
  const [redirect, direct, delegate] = ['redirect', 'directResponse', 'delegate'].map(name => rule.get(name).exists);
  const routes = rule.get('route').items;
  if (delegate && !isDelegate) {
    if (redirect || routes.length > 0) {
      complain(rule, 'A rule that delegates has neither a route nor a redirect.', 'Remove them, or the delegate.');
    }
    return;
  }
  const answers = [routes.length > 0, redirect, direct].filter(Boolean).length;
  if (answers !== 1) {
    complain(rule, answers === 0 ? 'The rule has neither route nor redirect nor directResponse.' : 'A rule has one of route, redirect and directResponse.', 'Give it exactly one of them.');
  } else if (routes.length === 0 && ['fault', 'rewrite'].some(name => rule.get(name).exists)) {
    complain(rule, 'A rule that answers by itself has neither fault nor rewrite.', 'Remove these.');
  }
  if (rule.get('mirror').exists && rule.get('mirrors').items.length > 0) {
    complain(rule.get('mirror'), 'A rule has mirror or mirrors, and not both.', 'Use mirrors.');
  }
  checkDestinations(rule.get('route'), complain);
  checkDuration(rule.get('timeout').text === '0s' ? rule.get('timeout').get('none') : rule.get('timeout'), complain);
  checkRetries(rule.get('retries'), complain);
  checkFault(rule.get('fault'), complain);
  checkPercent(rule.get('mirrorPercentage', 'value'), complain);
  for (const match of rule.get('match').items) {
    for (const each of ['method', 'scheme', 'authority'].map(name => match.get(name)).concat(...['headers', 'queryParams'].map(name => match.get(name).entries.map(([, value]) => value)))) {
      if (each.get('prefix').exists && each.get('prefix').text === '') {
        complain(each, 'An empty prefix matches everything.', 'Leave it out.');
      }
    }
    if (match.get('port').exists && !isPort(match.get('port'))) {
      complain(match.get('port'), `"${match.get('port').text}" is no port.`, 'Use 1 to 65535.');
    }
  }
}

function checkDestinations(route: Field, complain: Complain): void {
  const weights = route.items.map(each => each.get('weight'));
  for (const each of route.items) {
    const destination = each.get('destination');
    const [host, subset, port] = ['host', 'subset'].map(name => destination.get(name)).concat(destination.get('port', 'number'));
    if (!destination.exists) {
      complain(each, 'The destination is missing.', 'Add `destination: { host: … }`.');
    } else if (host && (host.text === '*' || !isHost(host.text))) {
      complain(host, `"${host.text}" is no host to send to.`, 'Name the host.');
    }
    if (subset?.exists && !isDnsLabel(subset.text)) {
      complain(subset, `"${subset.text}" is no name of a subset.`, 'Use lower-case letters, digits and dashes.');
    }
    if (destination.get('port').exists && port && !isPort(port)) {
      complain(port, 'The port has no number from 1 to 65535.', 'Write `port: { number: … }`.');
    }
  }
  for (const weight of weights.filter(each => each.exists && ((each.number ?? -1) < 0 || !Number.isInteger(each.number)))) {
    complain(weight, `"${weight.text}" is no weight.`, 'Use whole numbers from 0.');
  }
  if (weights.length > 1 && weights.every(each => (each.number ?? 0) === 0)) {
    complain(route, 'All weights are 0, so nothing gets any request.', 'Give at least one a weight.');
  }
}

const RETRY_ON = new Set(['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream', 'retriable-status-codes', 'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure',
  'cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable']);

function checkRetries(retries: Field, complain: Complain): void {
  const attempts = retries.get('attempts').number ?? 0;
  if (attempts < 0) {
    complain(retries.get('attempts'), 'The number of retries is below 0.', 'Use 0 to try once.');
  }
  if (retries.exists && attempts === 0 && ['perTryTimeout', 'retryOn', 'retryRemoteLocalities'].some(name => retries.get(name).exists && retries.get(name).text !== '')) {
    complain(retries, 'There are no retries, and what else is said of them is refused.', 'Set attempts, or remove the rest.');
  }
  checkDuration(retries.get('perTryTimeout'), complain);
  checkDuration(retries.get('backoff'), complain);
  for (const condition of retries.get('retryOn').text.split(',').filter(each => each !== '')) {
    if (!RETRY_ON.has(condition) && !STATUSES.has(Number(condition))) {
      complain(retries.get('retryOn'), `"${condition}" is nothing to retry on.`, `Use ${[...RETRY_ON].slice(0, 6).join(', ')} or a status.`);
    }
  }
}

function checkFault(fault: Field, complain: Complain): void {
  const [abort, delay] = [fault.get('abort'), fault.get('delay')];
  if (fault.exists && !abort.exists && !delay.exists) {
    complain(fault, 'A fault is an abort or a delay.', 'Add one of them.');
  }
  [abort, delay].forEach(each => checkPercent(each.get('percentage', 'value'), complain));
  const status = abort.get('httpStatus');
  if (status.exists && ((status.number ?? 0) < 200 || (status.number ?? 0) > 600)) {
    complain(status, `"${status.text}" is no status to answer with.`, 'Use 200 to 599.');
  }
  checkDuration(delay.get('fixedDelay'), complain);
}
