import { type Field, Kind } from '../../../manifests';
import { isAddress, isDnsLabel, isHost, isPartialWildcard, isPort, isSocket } from '../../manifests/schema/names';
import { isHttp, isTls, PROTOCOLS } from '../../manifests/schema/protocols';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkServerTls, isGiven, isPassedOn } from '../../manifests/schema/server-tls';

const SOCKET = 'unix://';

export const rule = validity(
  Kind.ISTIO_GATEWAY,
  'It needs servers, each with hosts and a port with a unique name, a number and a protocol; hosts '
    + 'include their domain; HTTPS and TLS need tls settings, and other protocols cannot have them (except '
    + 'for a redirect); a certificate has one source.',
  ({ spec, name, metadata }, complain) => {
    if (!isDnsLabel(name)) {
      complain(metadata.get('name'), `"${name}" is not a valid Gateway name.`, 'Use letters, digits and dashes.');
    }
    const servers = spec.get('servers').items;
    if (servers.length === 0) {
      complain(spec, 'The Gateway has no servers.', 'Add `servers`.');
    }
    const names = new Set<string>();
    for (const server of servers) {
      const port = server.get('port');
      checkServer(server, complain);
      if (port.exists && names.has(port.get('name').text)) {
        complain(
          port.get('name'),
          `Another server's port is named "${port.get('name').text}".`,
          'Use a unique name for each port.',
        );
      }
      names.add(port.get('name').text);
    }
  },
);

function checkServer(server: Field, complain: Complain): void {
  const [port, tls, bind] = [server.get('port'), server.get('tls'), server.get('bind')];
  const protocol = port.get('protocol').text;
  if (server.get('hosts').items.length === 0) {
    complain(server, 'The server has no hosts.', 'Add `hosts`, `*` for all.');
  }
  for (const host of server.get('hosts').items.filter(each => !isServerHost(each.text))) {
    complain(
      host,
      `"${host.text}" is not a valid host.`,
      'Write `host` or `namespace/host`, with the domain of the host.',
    );
  }
  checkServerTls(tls, complain);
  checkBind(bind, port, complain);
  if (!port.exists) {
    complain(server, 'The server has no port.', 'Add `port: { number, name, protocol }`.');
  } else if (checkPort(port, bind.text, complain)) {
    if (isTls(protocol) && !tls.exists) {
      complain(server, `${protocol} needs tls settings.`, 'Add `tls: { mode, credentialName }`.');
    } else if (!isTls(protocol) && tls.exists && !(isHttp(protocol) && isRedirectOnly(tls))) {
      complain(tls, `${protocol} cannot have these tls settings.`, 'Use HTTPS or TLS, or `httpsRedirect` alone.');
    }
  }
}

function isServerHost(text: string): boolean {
  const at = text.indexOf('/');
  const [scope, host] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const isScope = at < 0 || ['.', '*'].includes(scope) || isDnsLabel(scope);
  return (
    isScope && (host === '*' || host.includes('.')) && !isPartialWildcard(host) && (isHost(host) || isAddress(host))
  );
}

function checkPort(port: Field, bind: string, complain: Complain): boolean {
  const problems: [Field, string, string][] = [];
  const [number, protocol] = [port.get('number'), port.get('protocol')];
  if (!PROTOCOLS.has(protocol.text.toUpperCase())) {
    problems.push([
      protocol,
      `"${protocol.text}" is not a supported protocol.`,
      `Use one of ${[...PROTOCOLS].join(', ')}.`,
    ]);
  }
  if (((number.number ?? 0) > 0 || !bind.startsWith(SOCKET)) && !isPort(number)) {
    problems.push([number, 'The port has no number from 1 to 65535.', 'Set `number`.']);
  }
  if ((port.get('targetPort').number ?? 0) > 0) {
    problems.push([port.get('targetPort'), 'A Gateway does not support targetPort.', 'Remove it.']);
  }
  if (port.get('name').text === '') {
    problems.push([port, 'The port has no name.', 'Set `name`, such as http.']);
  }
  problems.forEach(each => complain(...each));
  return problems.length === 0;
}

function checkBind(bind: Field, port: Field, complain: Complain): void {
  if (bind.text.startsWith(SOCKET)) {
    if (!isSocket(bind.text.slice(SOCKET.length)) || (port.get('number').number ?? 0) !== 0) {
      complain(bind, 'A Unix socket needs an absolute path and no port.', 'Write unix:///path, with port 0.');
    }
  } else if (bind.text !== '' && !isAddress(bind.text)) {
    complain(bind, `"${bind.text}" is not a valid address.`, 'Use the address on which the gateway listens.');
  }
}

function isRedirectOnly(tls: Field): boolean {
  return isPassedOn(tls) && !['caCertificates', 'privateKey', 'serverCertificate'].some(name => isGiven(tls.get(name)));
}
