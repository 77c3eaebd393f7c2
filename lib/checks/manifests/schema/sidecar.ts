import { Kind } from '../../../manifests';
import { isDnsLabel, isHost, isPort, validity } from './rules';
import { checkSelector } from './shared';

export const invalidSidecar = validity(
  Kind.SIDECAR,
  'It says something; its egress listeners have hosts as `namespace/host`, and the one without a port is the last; ports are there once.',
  ({ spec }, complain) => {
    checkSelector(spec.get('workloadSelector', 'labels'), complain);
    if (!spec.get('outboundTrafficPolicy').exists && !spec.get('inboundConnectionPool').exists && ['egress', 'ingress'].every(name => spec.get(name).items.length === 0)) {
      complain(spec, 'It says nothing.', 'Add egress, ingress or outboundTrafficPolicy.');
    }
    const egress = spec.get('egress').items;
    for (const [index, listener] of egress.entries()) {
      if (listener.get('hosts').items.length === 0) {
        complain(listener, 'The listener has no hosts.', 'Add `hosts`, `~/*` for none.');
      }
      if (!listener.get('port').exists && index < egress.length - 1) {
        complain(listener, 'A listener without a port takes all that the others do not, and has to be the last.', 'Put it last.');
      }
      for (const host of listener.get('hosts').items) {
        const [scope = '', name] = host.text.split('/');
        if (name === undefined || !isHost(name) || !(['.', '*', '~'].includes(scope) || isDnsLabel(scope))) {
          complain(host, `"${host.text}" is not \`namespace/host\`.`, 'Put the namespace in front: `./host` for its own, `*/host` for any.');
        }
      }
    }
    const ports = new Set<string>();
    for (const listener of spec.get('ingress').items) {
      const port = listener.get('port', 'number');
      if (!isPort(port) || ports.has(port.text)) {
        complain(listener, ports.has(port.text) ? `Another listener has port ${port.text}.` : 'The listener has no port.', 'Give each a port of its own.');
      }
      ports.add(port.text);
    }
  },
);
