import { Kind, missingPods } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'GatewayWithoutPods',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA0302'],
  summary: 'A Gateway selects no pods',
  explanation:
    'No proxy opens its ports. The pods may be in any namespace. Gateways that manifests rarely contain are '
    + 'assumed: those of IstioOperators, of profiles of Istio (`istio: ingressgateway`, `istio: egressgateway`) and '
    + 'of its Helm chart (`istio: ingress`, `istio: egress`), and the pods that Istio makes for Gateways of the '
    + 'Gateway API.',
  *find(cluster) {
    for (const gateway of cluster.all(Kind.ISTIO_GATEWAY)) {
      const selector = gateway.spec.get('selector').strings;
      if (Gateways.of(cluster).selectedBy(gateway).length === 0) {
        yield absent(
          missingPods(),
          problem(
            gateway.spec.get('selector'),
            `No pod of these manifests has the labels ${describe(selector)}, so the ports of the Gateway stay closed.`,
            'Correct the selector, or deploy a gateway with these labels.',
          ),
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
