import { type Field, Kind } from '../../../manifests';
import { checkPool } from '../../manifests/schema/connection-pool';
import { checkDestination } from '../../manifests/schema/destination';
import {
  isAddress,
  isDnsLabel,
  isFullName,
  isHost,
  isPartialWildcard,
  isPort,
  isSocket,
} from '../../manifests/schema/names';
import { isProtocol, isTls } from '../../manifests/schema/protocols';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkServerTls } from '../../manifests/schema/server-tls';
import { checkSelector } from '../../manifests/schema/shared';

const SOCKET = 'unix://';

export const rule = validity(
  Kind.SIDECAR,
  'It has at least one setting; its egress listeners have hosts as `namespace/host`, and the one '
    + 'without a port is the last; ports are unique.',
  ({ spec }, complain) => {
    checkSelector(spec.get('workloadSelector', 'labels'), complain);
    if (
      !spec.get('outboundTrafficPolicy').exists
      && !spec.get('inboundConnectionPool').exists
      && ['egress', 'ingress'].every(name => spec.get(name).items.length === 0)
    ) {
      complain(spec, 'The Sidecar has no settings.', 'Add egress, ingress or outboundTrafficPolicy.');
    }
    const [egress, ingress] = [spec.get('egress').items, spec.get('ingress').items];
    egress.forEach((each, index) => checkEgress(each, index === egress.length - 1, complain));
    ingress.forEach(each => checkIngress(each, complain));
    checkRepeated(egress, complain);
    checkRepeated(ingress, complain);
    checkPool(spec.get('inboundConnectionPool'), complain);
    checkOutbound(spec.get('outboundTrafficPolicy'), complain);
  },
);

function checkRepeated(listeners: readonly Field[], complain: Complain): void {
  const seen = new Set<string>();
  for (const listener of listeners.filter(each => each.get('port').exists)) {
    const number = listener.get('port', 'number').number ?? 0;
    const place = number === 0 ? listener.get('bind').text : String(number);
    if (seen.has(place)) {
      complain(
        listener,
        `Another listener uses ${number === 0 ? 'this socket' : `port ${place}`}.`,
        'Use a different one for each listener.',
      );
    }
    seen.add(place);
  }
}

function checkEgress(listener: Field, isLast: boolean, complain: Complain): void {
  const port = listener.get('port');
  if (!port.exists && !isLast) {
    complain(listener, 'A listener without a port is the catch-all and must be the last.', 'Move it to the end.');
  } else if (port.exists) {
    checkPort(listener, (port.get('number').number ?? 0) === 0, complain);
  }
  if (listener.get('hosts').items.length === 0) {
    complain(listener, 'The listener has no hosts.', 'Add `hosts`, `~/*` for none.');
  }
  for (const host of listener.get('hosts').items.filter(each => !isScopedHost(each.text))) {
    complain(
      host,
      `"${host.text}" is not \`namespace/host\`.`,
      'Add the namespace: `./host.with.domain` for the same one, `*/host.with.domain` for any.',
    );
  }
}

function isScopedHost(text: string): boolean {
  const at = text.indexOf('/');
  const [scope, host] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const namespace = scope.replace(/^~/, '');
  return (
    scope !== ''
    && (['', '.', '*'].includes(namespace) || isDnsLabel(namespace))
    && (host === '*' || host.includes('.'))
    && isHost(host)
    && !isPartialWildcard(host)
  );
}

function checkIngress(listener: Field, complain: Complain): void {
  const [port, tls] = [listener.get('port'), listener.get('tls')];
  if (!port.exists) {
    complain(listener, 'The listener has no port.', 'Add `port: { number, protocol }`.');
    return;
  }
  checkPort(listener, false, complain);
  checkDefaultEndpoint(listener.get('defaultEndpoint'), complain);
  checkPool(listener.get('connectionPool'), complain);
  if (tls.exists) {
    for (const name of [
      'subjectAltNames',
      'httpsRedirect',
      'credentialName',
      'credentialNames',
      'tlsCertificates',
    ].filter(each => tls.get(each).items.length > 0 || !['', 'false'].includes(tls.get(each).text))) {
      complain(
        tls.get(name),
        `A Sidecar does not support ${name}.`,
        'Use files: serverCertificate, privateKey, caCertificates.',
      );
    }
    if (['ISTIO_MUTUAL', 'AUTO_PASSTHROUGH'].includes(tls.get('mode').text) || !isTls(port.get('protocol').text)) {
      complain(
        tls,
        'TLS settings require the mode SIMPLE or MUTUAL on an HTTPS or TLS port.',
        'Remove the settings, or change mode and protocol.',
      );
    }
    checkServerTls(tls, complain);
  }
}

function checkPort(listener: Field, mayBeSocket: boolean, complain: Complain): void {
  const [port, bind] = [listener.get('port'), listener.get('bind')];
  if (port.get('name').text !== '' && !isDnsLabel(port.get('name').text)) {
    complain(
      port.get('name'),
      `"${port.get('name').text}" is not a valid port name.`,
      'Use letters, digits and dashes.',
    );
  }
  if (!isProtocol(port.get('protocol').text)) {
    complain(
      port.get('protocol'),
      `"${port.get('protocol').text}" is not a supported protocol.`,
      'Use HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.',
    );
  }
  if ((port.get('targetPort').number ?? 0) > 0) {
    complain(port.get('targetPort'), 'A Sidecar listener does not support targetPort.', 'Use defaultEndpoint.');
  }
  const isBound = mayBeSocket
    ? bind.text.startsWith(SOCKET) && isSocket(bind.text.slice(SOCKET.length))
    : isPort(port.get('number')) && (bind.text === '' || isAddress(bind.text));
  if (!isBound) {
    complain(
      listener,
      'The listener has neither a port nor a Unix socket.',
      'Set a port number from 1 to 65535, or `bind: unix:///path`.',
    );
  }
  if (mayBeSocket && !['', 'DEFAULT', 'NONE'].includes(listener.get('captureMode').text)) {
    complain(listener.get('captureMode'), 'Traffic cannot be captured on a Unix socket.', 'Use NONE.');
  }
}

function checkDefaultEndpoint(endpoint: Field, complain: Complain): void {
  const [, host = ''] = /^(\[[0-9a-f:]*\]|[^:]*):(\d+)$/.exec(endpoint.text) ?? [];
  const port = endpoint.replaced(endpoint.text.slice(endpoint.text.lastIndexOf(':') + 1));
  const isValid =
    endpoint.text === ''
    || (endpoint.text.startsWith(SOCKET)
      ? isSocket(endpoint.text.slice(SOCKET.length))
      : endpoint.text.includes(':') && ['', '127.0.0.1', '0.0.0.0', '[::1]', '[::]'].includes(host) && isPort(port));
  if (!isValid) {
    complain(
      endpoint,
      `"${endpoint.text}" is not a valid defaultEndpoint.`,
      'Write 127.0.0.1:PORT, 0.0.0.0:PORT or unix:///path.',
    );
  }
}

function checkOutbound(policy: Field, complain: Complain): void {
  const [mode, proxy] = [policy.get('mode').text, policy.get('egressProxy')];
  if (mode === 'ALLOW_ANY_DYNAMIC_DNS') {
    complain(policy.get('mode'), `${mode} is a mesh-wide setting.`, 'Use ALLOW_ANY or REGISTRY_ONLY.');
  } else if (proxy.exists) {
    if (mode !== 'ALLOW_ANY') {
      complain(proxy, 'egressProxy requires the mode ALLOW_ANY.', 'Set mode: ALLOW_ANY.');
    } else if (!isFullName(proxy.get('host').text) || !proxy.get('port').exists) {
      complain(proxy, 'The egressProxy has no host or no port.', 'Set both.');
    } else {
      checkDestination(proxy, complain);
    }
  }
}
