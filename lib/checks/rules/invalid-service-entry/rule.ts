import { type Field, Kind } from '../../../manifests';
import { checkEndpoint } from '../../manifests/schema/endpoints';
import { isDnsLabel, isFullName, isHost, isPort, isRange } from '../../manifests/schema/names';
import { isHttp, isProtocol, isTls } from '../../manifests/schema/protocols';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkExportTo, checkSelector } from '../../manifests/schema/shared';

const DYNAMIC = ['HTTP', 'HTTP2', 'GRPC', 'TLS'];

export const rule = validity(
  Kind.SERVICE_ENTRY,
  'It needs hosts, none of them `*`; ports with unique names and numbers; endpoints that match its '
    + 'resolution: none for NONE, addresses for STATIC, and for DNS either endpoints or hosts without '
    + 'wildcards.',
  (resource, complain) => {
    const { spec } = resource;
    const hosts = spec.get('hosts').items;
    const resolution = spec.get('resolution').text || 'NONE';
    if (hosts.length === 0) {
      complain(spec, 'The ServiceEntry has no hosts.', 'Add `hosts`.');
    }
    for (const host of hosts.filter(each => each.text === '*' || !isHost(each.text))) {
      complain(host, `"${host.text}" is not a valid host.`, 'Use a host name, optionally with the prefix `*.`.');
    }
    checkSelector(spec.get('workloadSelector', 'labels'), complain);
    if (spec.get('workloadSelector').exists && spec.get('endpoints').items.length > 0) {
      complain(spec.get('endpoints'), 'endpoints and workloadSelector are mutually exclusive.', 'Keep one of them.');
    }
    checkExportTo(resource, complain);
    checkPorts(spec.get('ports').items, complain);
    checkAddresses(spec, resolution, complain);
    checkEndpoints(spec, resolution, complain);
    if (resolution === 'DYNAMIC_DNS') {
      checkDynamic(spec, complain);
    }
    if (
      resolution !== 'NONE'
      && hosts.length > 1
      && spec.get('ports').items.some(each => !isHttp(each.get('protocol').text) && !isTls(each.get('protocol').text))
    ) {
      complain(
        spec.get('hosts'),
        'Several hosts cannot share a port whose protocol carries no host.',
        'Use one ServiceEntry for each host.',
      );
    }
  },
);

function checkPorts(ports: readonly Field[], complain: Complain): void {
  const [names, numbers] = [new Set<string>(), new Set<string>()];
  for (const port of ports) {
    const [name, number, protocol] = ['name', 'number', 'protocol'].map(each => port.get(each));
    if (!name || !number || !protocol) {
      continue;
    }
    if (!isDnsLabel(name.text) || names.has(name.text)) {
      complain(
        name.exists ? name : port,
        names.has(name.text) ? `Another port is named "${name.text}".` : `"${name.text}" is not a valid port name.`,
        'Use a unique name for each port.',
      );
    }
    if (!isPort(number) || numbers.has(number.text)) {
      complain(
        number.exists ? number : port,
        numbers.has(number.text) ? `Port ${number.text} is declared twice.` : 'The port has no number from 1 to 65535.',
        'Use a unique number for each port.',
      );
    }
    if (!isProtocol(protocol.text)) {
      complain(
        protocol,
        `"${protocol.text}" is not a supported protocol.`,
        'Use HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.',
      );
    }
    const target = port.get('targetPort');
    if (target.exists && target.number !== 0 && !isPort(target)) {
      complain(target, `"${target.text}" is not a valid port.`, 'Use 1 to 65535.');
    }
    names.add(name.text);
    numbers.add(number.text);
  }
}

function checkAddresses(spec: Field, resolution: string, complain: Complain): void {
  for (const address of spec.get('addresses').items) {
    if (!isRange(address.text)) {
      complain(
        address,
        `"${address.text}" is not a valid address or CIDR range.`,
        'Use an address or a range such as 10.0.0.0/8.',
      );
    } else if (address.text.includes('/') && !['NONE', 'STATIC'].includes(resolution)) {
      complain(address, 'CIDR ranges require the resolution NONE or STATIC.', 'Use single addresses.');
    }
  }
}

function checkEndpoints(spec: Field, resolution: string, complain: Complain): void {
  const endpoints = spec.get('endpoints').items;
  const isDns = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
  const ports = spec.get('ports').items.map(each => each.get('name').text);
  if (resolution === 'NONE' && endpoints.length > 0) {
    complain(spec.get('endpoints'), 'The resolution NONE does not allow endpoints.', 'Set resolution: STATIC or DNS.');
  }
  if (isDns || resolution === 'STATIC') {
    endpoints.forEach(each => checkEndpoint(each, { ports, takesNames: isDns, takesSockets: !isDns }, complain));
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    complain(
      spec.get('endpoints'),
      'DNS_ROUND_ROBIN allows one endpoint only.',
      'Keep one endpoint, or use resolution: DNS.',
    );
  }
  const unresolvable =
    isDns && endpoints.length === 0 ? spec.get('hosts').items.find(each => !isFullName(each.text)) : undefined;
  if (unresolvable) {
    complain(
      unresolvable,
      `DNS cannot resolve "${unresolvable.text}".`,
      'Use hosts without wildcards, add endpoints, or use resolution: NONE.',
    );
  }
}

/** Hosts that are resolved dynamically, from the host of each request. */
function checkDynamic(spec: Field, complain: Complain): void {
  for (const host of spec.get('hosts').items.filter(each => !each.text.startsWith('*'))) {
    complain(host, 'DYNAMIC_DNS requires wildcard hosts.', 'Use resolution: DNS for one host.');
  }
  for (const name of ['addresses', 'endpoints'].filter(each => spec.get(each).items.length > 0)) {
    complain(
      spec.get(name),
      `With DYNAMIC_DNS the host of each request is resolved, so ${name} is not allowed.`,
      'Remove it.',
    );
  }
  for (const port of spec
    .get('ports')
    .items.filter(each => !DYNAMIC.includes(each.get('protocol').text.toUpperCase()))) {
    complain(port, 'DYNAMIC_DNS supports only the protocols HTTP, HTTP2, GRPC and TLS.', 'Use one of these protocols.');
  }
}
