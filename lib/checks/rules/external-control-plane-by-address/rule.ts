import { isIP } from 'node:net';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { externalConfigs } from '../../manifests/control-plane/webhooks';

export const rule: Check = {
  id: 'ExternalControlPlaneByAddress',
  severity: Severity.INFO,
  covers: ['IST0164'],
  summary: "An Istio webhook has an IP address as its control plane's host",
  explanation: 'Certificates rarely include IP addresses, and the address may change.',
  *find(cluster) {
    for (const { url } of externalConfigs(cluster)) {
      if (URL.canParse(url.text) && isIP(new URL(url.text).hostname.replace(/^\[|\]$/g, '')) > 0) {
        yield problem(
          url,
          `The webhook reaches the control plane at the IP address ${new URL(url.text).hostname}.`,
          'Use a host name from its certificate.',
        );
      }
    }
  },
};
