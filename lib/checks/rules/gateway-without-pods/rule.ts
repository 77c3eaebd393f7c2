import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { podsFor } from '../../manifests/gateways/standard-gateway';

export const rule: Check = {
  id: 'GatewayWithoutPods',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA0302'],
  summary: 'A Gateway selects no pods',
  explanation:
    'No proxy opens its ports. The pods may be in any namespace. If the manifests declare no gateway at '
    + 'all, the one that Istio installs by default '
    + '(`istio: ingressgateway`) is assumed, as in `istioctl analyze` of files.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      if (podsFor(selector, cluster).length === 0) {
        yield problem(
          gateway.spec.get('selector'),
          `No pod has the labels ${describe(selector)}, so the ports of the Gateway stay closed.`,
          'Correct the selector, or deploy a gateway with these labels.',
        );
      }
    }
  },
};

function describe(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
