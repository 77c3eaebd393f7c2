import { Mesh } from 'cdk8s-cardinal';
import { EnvoyGateway, EnvoyService } from 'cdk8s-cardinal/gateway';

/** Plain Kubernetes with NetworkPolicies, and Envoy Gateway, to which the load balancer of the API connects. */
export const mesh = Mesh.none({ gateway: new EnvoyGateway({ service: EnvoyService.CLUSTER_IP }) });
