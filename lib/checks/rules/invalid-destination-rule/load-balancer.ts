import type { Field } from '../../../manifests';
import type { Complain } from '../../manifests/schema/rules';
import { checkDuration } from '../../manifests/schema/shared';

const LARGEST_TABLE = 5_000_011;

/** How a client chooses among the endpoints of a host. */
export function checkLoadBalancer(balancer: Field, complain: Complain): void {
  checkHash(balancer.get('consistentHash'), complain);
  if (balancer.get('localityLbSetting').exists && balancer.get('zoneAwareLbSetting').exists) {
    complain(balancer, 'localityLbSetting and zoneAwareLbSetting are mutually exclusive.', 'Keep one of them.');
  }
  checkLocality(balancer.get('localityLbSetting'), complain);
  checkZones(balancer.get('zoneAwareLbSetting'), complain);
  const warmup = balancer.get('warmup');
  if (warmup.exists && !warmup.get('duration').exists) {
    complain(warmup, 'The warm-up has no duration.', 'Add `duration`.');
  }
  checkDuration(warmup.get('duration'), complain);
  if ((warmup.get('minimumPercent').number ?? 0) > 100) {
    complain(warmup.get('minimumPercent'), 'minimumPercent is above 100.', 'Use 0 to 100.');
  }
  if (warmup.get('aggression').exists && (warmup.get('aggression').number ?? 0) <= 0) {
    complain(warmup.get('aggression'), 'With this aggression the traffic share never grows.', 'Use a number above 0.');
  }
}

function checkHash(hash: Field, complain: Complain): void {
  const cookie = hash.get('httpCookie');
  if (cookie.exists && cookie.get('name').text === '') {
    complain(cookie, 'The cookie has no name.', 'Add `name`.');
  }
  const names = cookie.get('attributes').items.map(each => each.get('name').text);
  names.forEach((name, index) => {
    if (name === '' || names.indexOf(name) < index) {
      complain(
        cookie.get('attributes'),
        name === '' ? 'An attribute of the cookie has no name.' : `The cookie has the attribute "${name}" twice.`,
        'List each attribute once.',
      );
    }
  });
  const ring = hash.get('minimumRingSize').number ?? 0;
  if (ring !== 0 && (hash.get('maglev').exists || hash.get('ringHash').exists)) {
    complain(hash.get('minimumRingSize'), 'The ring size is set twice.', 'Set only `ringHash: { minimumRingSize }`.');
  }
  const maglev = hash.get('maglev');
  if (maglev.exists && !isTableSize(maglev.get('tableSize').number ?? 0)) {
    complain(
      maglev,
      `"${maglev.get('tableSize').text}" is not a valid table size.`,
      `Use a prime number below ${LARGEST_TABLE}.`,
    );
  }
}

function isTableSize(size: number): boolean {
  return size > 0 && size < LARGEST_TABLE && isPrime(size);
}

function isPrime(number: number): boolean {
  for (let factor = 2; factor * factor <= number; factor++) {
    if (number % factor === 0) {
      return false;
    }
  }
  return true;
}

const TOPOLOGY = new Set(['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone']);

function checkLocality(setting: Field, complain: Complain): void {
  const [distribute, failover] = [setting.get('distribute').items, setting.get('failover').items];
  if (distribute.length > 0 && failover.length > 0) {
    complain(setting, 'distribute and failover are mutually exclusive.', 'Keep distribute or failover.');
    return;
  }
  const fixed =
    failover.length > 0 ? setting.get('failoverPriority').items.find(each => TOPOLOGY.has(each.text)) : undefined;
  if (fixed) {
    complain(
      fixed,
      `With failover between regions, the priority of ${fixed.text} is already fixed.`,
      'Remove the label, or failover.',
    );
    return;
  }
  for (const each of distribute) {
    const shares = each.get('to').entries.map(([, share]) => share.number ?? 0);
    if (shares.some(share => share <= 0 || share > 100) || shares.reduce((sum, share) => sum + share, 0) !== 100) {
      complain(
        each.get('to'),
        'The weights of a locality do not sum to 100.',
        'Use weights of at least 1 that sum to 100.',
      );
      return;
    }
    checkLocalities(
      each.get('to'),
      each.get('to').entries.map(([name]) => name),
      complain,
    );
  }
  checkLocalities(
    setting.get('distribute'),
    distribute.map(each => each.get('from').text),
    complain,
  );
  checkFailover(failover, complain);
}

/** Localities as `region/zone/subzone`, none of which contains another, with an optional `*` at the end. */
function checkLocalities(at: Field, localities: readonly string[], complain: Complain): void {
  const [places, around] = [new Set<string>(), new Set<string>()];
  for (const locality of localities) {
    const place = locality.replace(/(^|\/)\*$/, '');
    const wider = place.split('/').map((_, index, parts) => parts.slice(0, index).join('/'));
    const isWild = (locality.match(/\*/g) ?? []).length > (locality.endsWith('*') ? 1 : 0);
    if (
      isWild
      || locality.split('/').includes('')
      || around.has(place)
      || [...wider, place].some(each => places.has(each))
    ) {
      complain(
        at,
        `"${locality}" is not a valid locality, or overlaps another one.`,
        'Write `region/zone/subzone` or `region/*`, without overlaps.',
      );
      return;
    }
    places.add(place);
    wider.forEach(each => around.add(each));
  }
}

function checkZones(setting: Field, complain: Complain): void {
  for (const label of setting.get('failoverPriority').items.filter(each => TOPOLOGY.has(each.text))) {
    complain(label, `The priority of ${label.text} is already fixed.`, 'Remove the label.');
  }
  checkFailover(setting.get('failover').items, complain);
}

function checkFailover(failover: readonly Field[], complain: Complain): void {
  for (const each of failover) {
    const [from = '', to = ''] = ['from', 'to'].map(name => each.get(name).text);
    if (from === to || /[/*]/.test(from + to)) {
      complain(
        each,
        `Failover from "${from}" to "${to}" is not possible.`,
        'Use two different regions, without zones and wildcards.',
      );
    }
  }
}
