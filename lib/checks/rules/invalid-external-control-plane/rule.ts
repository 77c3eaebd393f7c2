import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { externalConfigs } from '../../manifests/control-plane/webhooks';

export const rule: Check = {
  id: 'InvalidExternalControlPlane',
  severity: Severity.WARNING,
  covers: ['IST0163'],
  summary: 'An Istio webhook has neither a Service nor a valid URL of its control plane',
  explanation: 'A remote cluster calls the control plane at this URL; without it nothing is injected or validated.',
  *find(cluster) {
    for (const { config, url } of externalConfigs(cluster)) {
      if (!url.exists ? !config.get('service').exists : !isUrl(url.text)) {
        yield problem(
          url.exists ? url : config,
          url.exists ? `"${url.text}" is not a valid URL.` : 'The webhook has neither a Service nor a URL.',
          'Set the URL of the gateway in front of the control plane.',
        );
      }
    }
  },
};

/** Whether a text is a URL, possibly without a host. */
function isUrl(text: string): boolean {
  return text.includes('://') ? URL.canParse(text) : !/^:|\s|%(?![0-9a-f]{2})/i.test(text);
}
