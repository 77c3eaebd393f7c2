import { type Field, Kind } from '../../../manifests';
import { type Complain, isDnsLabel, isHost, isPort, validity } from './rules';

const PROTOCOLS: ReadonlySet<string> = new Set(['TCP', 'UDP', 'GRPC', 'GRPC-WEB', 'HTTP', 'HTTP_PROXY', 'HTTP2', 'HTTPS', 'TLS', 'MONGO', 'REDIS', 'MYSQL']);
const CERTIFICATES = ['serverCertificate', 'privateKey', 'caCertificates', 'tlsCertificates', 'credentialName', 'credentialNames'];

export const invalidGateway = validity(
  Kind.ISTIO_GATEWAY,
  'It needs servers, each with hosts and a port with a name of its own, a number and a protocol; HTTPS and TLS need tls settings, and other protocols cannot have them (but for a redirect); a certificate comes from one place.',
  ({ spec, name, metadata }, complain) => {
    if (!isDnsLabel(name)) {
      complain(metadata.get('name'), `"${name}" is no name for a Gateway.`, 'Use lower-case letters, digits and dashes.');
    }
    const servers = spec.get('servers').items;
    if (servers.length === 0) {
      complain(spec, 'It has no servers.', 'Add `servers`.');
    }
    const names = new Set<string>();
    for (const server of servers) {
      const port = server.get('port');
      checkServer(server, complain);
      if (port.exists && names.has(port.get('name').text)) {
        complain(port.get('name'), `Another server's port is named "${port.get('name').text}".`, 'Give each port a name of its own.');
      }
      names.add(port.get('name').text);
    }
  },
);

function checkServer(server: Field, complain: Complain): void {
  const [port, tls] = [server.get('port'), server.get('tls')];
  const protocol = port.get('protocol').text.toUpperCase();
  if (server.get('hosts').items.length === 0) {
    complain(server, 'The server has no hosts.', 'Add `hosts`, `*` for all.');
  }
  for (const host of server.get('hosts').items) {
    const [scope, name] = host.text.includes('/') ? host.text.split('/') : ['', host.text];
    if (!isHost(name ?? '') || (scope !== '' && !['.', '*'].includes(scope ?? '') && !isDnsLabel(scope ?? ''))) {
      complain(host, `"${host.text}" is no host.`, 'Write `host` or `namespace/host`.');
    }
  }
  if (!port.exists) {
    complain(server, 'The server has no port.', 'Add `port: { number, name, protocol }`.');
    return;
  }
  if (!PROTOCOLS.has(protocol)) {
    complain(port.get('protocol'), `"${port.get('protocol').text}" is no protocol.`, `Use one of ${[...PROTOCOLS].join(', ')}.`);
  }
  if (!isPort(port.get('number')) && !server.get('bind').text.startsWith('unix://')) {
    complain(port.get('number'), 'The port has no number from 1 to 65535.', 'Give it one.');
  }
  if (port.get('name').text === '') {
    complain(port, 'The port has no name.', 'Give it one, such as http.');
  }
  const isTls = protocol === 'HTTPS' || protocol === 'TLS';
  if (isTls && !tls.exists) {
    complain(server, `${protocol} needs tls settings.`, 'Add `tls: { mode, credentialName }`.');
  } else if (PROTOCOLS.has(protocol) && !isTls && tls.exists && !(isPlain(protocol) && isRedirectOnly(tls))) {
    complain(tls, `${protocol} cannot have these tls settings.`, 'Use HTTPS or TLS, or `httpsRedirect` alone.');
  }
  checkTls(tls, complain);
}

function isPlain(protocol: string): boolean {
  return protocol.startsWith('HTTP') || protocol.startsWith('GRPC');
}

function isRedirectOnly(tls: Field): boolean {
  return ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(tls.get('mode').text) && !CERTIFICATES.some(name => given(tls.get(name)));
}

function checkTls(tls: Field, complain: Complain): void {
  const mode = tls.get('mode').text;
  const has = (name: string) => given(tls.get(name));
  if (mode === 'ISTIO_MUTUAL') {
    CERTIFICATES.filter(has).forEach(name => complain(tls.get(name), `ISTIO_MUTUAL has certificates of its own, and no ${name}.`, 'Remove it.'));
    return;
  }
  const sources = [has('serverCertificate') && has('privateKey'), has('credentialName'), has('credentialNames'), has('tlsCertificates')].filter(Boolean).length;
  if (sources > 1) {
    complain(tls, 'The certificate comes from more than one place.', 'Keep one of credentialName, credentialNames, tlsCertificates, or serverCertificate with privateKey.');
  }
  if (['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(mode) && !has('credentialName') && !has('credentialNames') && !has('tlsCertificates')) {
    const missing = ['serverCertificate', 'privateKey', ...(mode === 'SIMPLE' ? [] : ['caCertificates'])].filter(name => !has(name));
    if (missing.length > 0) {
      complain(tls, `${mode} needs ${missing.join(', ')}, or a credentialName.`, 'Add `credentialName` with the name of a Secret.');
    }
  }
}

function given(field: Field): boolean {
  return field.text !== '' || field.items.length > 0;
}
