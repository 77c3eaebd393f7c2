import { type Field, Kind, type Resource } from '../../../manifests';
import { isForMesh } from '../../manifests/routing/destinations';
import { isRoutingClaim } from '../../manifests/routing/jwt-claim-routes';
import { checkDestinations } from '../../manifests/schema/destination';
import { HostSet } from './host-set';
import { checkHttp } from '../../manifests/schema/http-rule';
import { checkGatewayNames, checkMatchedConnection } from '../../manifests/schema/matches';
import { isAddress, isHost, isRange } from '../../manifests/schema/names';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkExportTo } from '../../manifests/schema/shared';

export const rule = validity(
  Kind.VIRTUAL_SERVICE,
  'It needs hosts (or is a delegate, without gateways), rules with a destination, at least one weight '
    + 'above 0, durations with a unit, valid header names, RE2 regular expressions; its hosts must not '
    + 'overlap.',
  (resource, complain) => {
    const { spec } = resource;
    const isDelegate = spec.get('hosts').items.length === 0;
    checkHosts(resource, complain);
    checkGatewayNames(spec.get('gateways').items, complain);
    checkExportTo(resource, complain);
    if (isDelegate && ['gateways', 'tls', 'tcp'].some(name => spec.get(name).items.length > 0)) {
      complain(
        spec,
        'A VirtualService without hosts is a delegate, which cannot have gateways, TLS or TCP rules.',
        'Add hosts, or remove these.',
      );
    }
    if (['http', 'tls', 'tcp'].every(name => spec.get(name).items.length === 0)) {
      complain(spec, 'The VirtualService has no rules.', 'Add http, tls or tcp.');
    }
    spec.get('http').items.forEach(rule => checkHttp(rule, isDelegate, complain));
    ['tls', 'tcp'].forEach(protocol => spec.get(protocol).items.forEach(rule => checkConnections(rule, complain)));
    spec.get('tls').items.forEach(rule => checkServerNames(rule, resource, complain));
    if (isForMesh(resource)) {
      checkClaims(spec, complain);
    }
  },
);

function checkHosts(resource: Resource, complain: Complain): void {
  const hosts = resource.spec.get('hosts').items;
  const isMesh = isForMesh(resource);
  const wrong = hosts.filter(each => !isHostOf(each.text, resource) || (each.text === '*' && isMesh));
  for (const host of wrong) {
    complain(
      host,
      host.text === '*'
        ? 'The host `*` is not allowed for traffic between workloads.'
        : `"${host.text}" is not a valid host name.`,
      host.text === '*' ? 'List the hosts, or set gateways.' : 'Use a host name, optionally with the prefix `*.`.',
    );
  }
  const seen = new HostSet();
  for (const host of wrong.length === 0 ? hosts : []) {
    if (seen.overlaps(host.text)) {
      complain(host, `Another host of this VirtualService covers "${host.text}".`, 'Remove one of them.');
    }
    seen.add(host.text);
  }
}

/**
 * Whether this is a valid host of a VirtualService: a name, an address, or at gateways the server name that proxies of
 * other networks send.
 */
function isHostOf(host: string, virtualService: Resource): boolean {
  return (
    isHost(host) || isAddress(host) || (isMeshSni(host) && !isForMesh(virtualService) && namesServers(virtualService))
  );
}

function namesServers({ spec }: Resource): boolean {
  return spec
    .get('tls')
    .items.some(rule => rule.get('match').items.some(each => each.get('sniHosts').items.length > 0));
}

/** The server name that proxies of another network send for a host: `outbound_.80_.subset_.host`. */
function isMeshSni(name: string): boolean {
  const [, port = '', host = ''] = /^outbound_\.([^_]*)_\.[^_]*_\.(.*)$/.exec(name) ?? [];
  return /\d/.test(port) && /[a-zA-Z]/.test(host);
}

function checkConnections(rule: Field, complain: Complain): void {
  if (rule.get('route').items.length === 0) {
    complain(rule, 'The rule has no destination.', 'Add `route`.');
  }
  checkDestinations(rule.get('route'), complain);
  for (const match of rule.get('match').items) {
    checkMatchedConnection(match, complain);
    for (const range of match.get('destinationSubnets').items.filter(each => !isRange(each.text))) {
      complain(
        range,
        `"${range.text}" is not a valid address or CIDR range.`,
        'Use an address or a range such as 10.0.0.0/8.',
      );
    }
  }
}

function checkServerNames(rule: Field, virtualService: Resource, complain: Complain): void {
  if (
    rule.get('match').items.length === 0
    || rule.get('match').items.some(each => each.get('sniHosts').items.length === 0)
  ) {
    complain(rule, 'A TLS rule needs sniHosts.', 'Add `match: [{ sniHosts: [...] }]`.');
  }
  const hosts = virtualService.spec.get('hosts').texts;
  for (const name of rule
    .get('match')
    .items.flatMap(each => each.get('sniHosts').items)
    .filter(each => !isAddress(each.text))) {
    if (!isHost(name.text) && !(!isForMesh(virtualService) && isMeshSni(name.text))) {
      complain(name, `"${name.text}" is not a valid server name.`, 'Use a host name, optionally with the prefix `*.`.');
    } else if (!hosts.some(host => isWithin(name.text, host))) {
      complain(name, `"${name.text}" is not covered by the hosts of the VirtualService.`, 'Add it to `hosts`.');
    }
  }
}

/** Whether a host, possibly a wildcard, is covered by another. */
function isWithin(one: string, other: string): boolean {
  return (
    one === other
    || (other.startsWith('*')
      && one.replace(/^\*/, '').endsWith(other.slice(1))
      && (!one.startsWith('*') || one.length >= other.length))
  );
}

/** Claims are available at gateways only. */
function checkClaims(spec: Field, complain: Complain): void {
  const matches = spec.get('http').items.flatMap(each => each.get('match').items);
  for (const [name, value] of matches
    .flatMap(each => [...each.get('headers').entries, ...each.get('withoutHeaders').entries])
    .filter(([name]) => isRoutingClaim(name))) {
    complain(
      value,
      `Token claims are not available between workloads, so "${name}" cannot be matched.`,
      'Set gateways, or match another header.',
    );
  }
}
