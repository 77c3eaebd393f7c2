import { GatewayService, Mesh } from 'cdk8s-cardinal';

/** Istio with sidecars, and its own gateway, to which the load balancer of the API connects. */
export const mesh = Mesh.istio({ gatewayService: GatewayService.CLUSTER_IP });
