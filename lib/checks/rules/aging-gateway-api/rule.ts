import { Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { gatewayApiDefinitions, served } from '../../manifests/control-plane/gateway-api-versions';

const STABLE = ['Gateway', 'GatewayClass', 'HTTPRoute', 'GRPCRoute'];

export const rule: Check = {
  id: 'AgingGatewayApi',
  severity: Severity.WARNING,
  covers: ['IST0172'],
  summary: 'A Gateway API CRD does not serve v1',
  explanation: 'A future version of Istio will read only v1 of Gateway, GatewayClass, HTTPRoute and GRPCRoute.',
  *find(cluster) {
    for (const definition of gatewayApiDefinitions(cluster.all(Kind.CRD), STABLE).filter(
      each => !served(each).includes('v1'),
    )) {
      yield problem(
        definition.spec.get('versions'),
        `The CRD serves ${served(definition).join(', ') || 'no version'}, and future versions of Istio require v1.`,
        'Install a current release of the Gateway API.',
      );
    }
  },
};
