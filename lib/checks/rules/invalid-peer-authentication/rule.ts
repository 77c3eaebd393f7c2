import { Kind } from '../../../manifests';
import { validity } from '../../manifests/schema/rules';
import { checkSelector } from '../../manifests/schema/shared';

export const rule = validity(Kind.PEER_AUTHENTICATION, 'Port-level modes require a selector.', ({ spec }, complain) => {
  checkSelector(spec.get('selector', 'matchLabels'), complain);
  const ports = spec.get('portLevelMtls');
  if (ports.entries.length > 0 && spec.get('selector', 'matchLabels').entries.length === 0) {
    complain(ports, 'portLevelMtls has no effect without a selector.', 'Add a selector.');
  }
  for (const [port, mode] of ports.entries.filter(
    ([name]) => !/^\d+$/.test(name) || Number(name) < 1 || Number(name) > 65535,
  )) {
    complain(mode, `"${port}" is not a valid port.`, 'Use 1 to 65535.');
  }
});
