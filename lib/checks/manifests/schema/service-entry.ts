import { isIP } from 'node:net';
import { type Field, Kind, saysProtocol } from '../../../manifests';
import { type Complain, isDnsLabel, isHost, isPort, validity } from './rules';
import { checkExportTo } from './shared';

export const invalidServiceEntry = validity(
  Kind.SERVICE_ENTRY,
  'It needs a host, none of them `*`; ports with names and numbers of their own; endpoints that go with its resolution: none for NONE, addresses for STATIC, and for DNS either endpoints or hosts without wildcards.',
  (resource, complain) => {
    const { spec } = resource;
    const hosts = spec.get('hosts').items;
    const resolution = spec.get('resolution').text || 'NONE';
    if (hosts.length === 0) {
      complain(spec, 'It has no hosts.', 'Add `hosts`.');
    }
    for (const host of hosts.filter(each => each.text === '*' || !isHost(each.text))) {
      complain(host, `"${host.text}" is no host.`, 'Name the host; `*.` may stand in front.');
    }
    if (spec.get('workloadSelector').exists && spec.get('endpoints').exists) {
      complain(spec.get('endpoints'), 'It has endpoints and a workloadSelector.', 'Keep one of them.');
    }
    checkExportTo(resource, complain);
    checkPorts(spec.get('ports').items, complain);
    checkResolution(spec, resolution, complain);
    if (resolution !== 'NONE' && hosts.length > 1 && spec.get('ports').items.some(each => /^(|TCP|MONGO|REDIS|MYSQL|UDP)$/i.test(each.get('protocol').text))) {
      complain(spec.get('hosts'), 'Several hosts cannot share a port on which no request says for which it is.', 'Use an entry for each host.');
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
      complain(name.exists ? name : port, names.has(name.text) ? `Another port is named "${name.text}".` : `"${name.text}" is no name of a port.`, 'Give each port a name of its own.');
    }
    if (!isPort(number) || numbers.has(number.text)) {
      complain(number.exists ? number : port, numbers.has(number.text) ? `Port ${number.text} is there twice.` : 'The port has no number from 1 to 65535.', 'Give each port a number of its own.');
    }
    if (protocol.text !== '' && !saysProtocol(port.get('none').replaced({ name: protocol.text }))) {
      complain(protocol, `"${protocol.text}" is no protocol.`, 'Use HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.');
    }
    names.add(name.text);
    numbers.add(number.text);
  }
}

function checkResolution(spec: Field, resolution: string, complain: Complain): void {
  const endpoints = spec.get('endpoints').items;
  const isDns = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
  if (resolution === 'NONE' && endpoints.length > 0) {
    complain(spec.get('endpoints'), 'Without resolution there are no endpoints.', 'Set resolution: STATIC or DNS.');
  }
  for (const address of resolution === 'STATIC' ? endpoints.map(each => each.get('address')) : []) {
    if (isIP(address.text) === 0 && !address.text.startsWith('unix://') && address.exists) {
      complain(address, `"${address.text}" is no address.`, 'Use resolution: DNS for names.');
    }
  }
  const wildcard = isDns && endpoints.length === 0 ? spec.get('hosts').items.find(each => each.text.startsWith('*')) : undefined;
  if (wildcard) {
    complain(wildcard, `DNS cannot resolve "${wildcard.text}".`, 'Name the hosts, give endpoints, or use resolution: NONE.');
  }
  const ranges = spec.get('addresses').items.filter(each => each.text.includes('/'));
  if (!['NONE', 'STATIC'].includes(resolution)) {
    ranges.forEach(each => complain(each, 'Ranges of addresses go with resolution NONE and STATIC only.', 'Give single addresses.'));
  }
}
