import { Mesh } from 'cdk8s-cardinal';
import { EnvoyGateway } from 'cdk8s-cardinal/gateway';

/** Plain Kubernetes with NetworkPolicies, and Envoy Gateway. */
export const mesh = Mesh.none({ gateway: new EnvoyGateway() });
