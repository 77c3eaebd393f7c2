import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { gatewayApiDefinitions, served } from '../../manifests/control-plane/gateway-api-versions';

const BETA = ['Gateway', 'GatewayClass', 'HTTPRoute', 'ReferenceGrant'];

export const rule: Check = {
  id: 'UnsupportedGatewayApi',
  severity: Severity.ERROR,
  covers: ['IST0156'],
  summary: 'A Gateway API CRD does not serve v1beta1',
  explanation:
    'Istio reads this version of Gateway, GatewayClass, HTTPRoute and ReferenceGrant; without it the '
    + 'objects are ignored.',
  *find(cluster) {
    for (const definition of gatewayApiDefinitions(cluster.all(Kind.CRD), BETA).filter(
      each => !served(each).includes('v1beta1'),
    )) {
      yield problem(
        definition.spec.get('versions'),
        `The CRD serves ${served(definition).join(', ') || 'no version'}, and Istio requires v1beta1.`,
        'Install a current release of the Gateway API.',
      );
    }
  },
};
