/** The types of objects that are looked at, as `Kind.group`. */
export const Kind = {
  AUTHORIZATION_POLICY: 'AuthorizationPolicy.security.istio.io',
  CONFIG_MAP: 'ConfigMap',
  CRD: 'CustomResourceDefinition.apiextensions.k8s.io',
  CRON_JOB: 'CronJob.batch',
  DAEMON_SET: 'DaemonSet.apps',
  DEPLOYMENT: 'Deployment.apps',
  DESTINATION_RULE: 'DestinationRule.networking.istio.io',
  ENVOY_FILTER: 'EnvoyFilter.networking.istio.io',
  GATEWAY: 'Gateway.gateway.networking.k8s.io',
  GATEWAY_CLASS: 'GatewayClass.gateway.networking.k8s.io',
  GRPC_ROUTE: 'GRPCRoute.gateway.networking.k8s.io',
  HPA: 'HorizontalPodAutoscaler.autoscaling',
  HTTP_ROUTE: 'HTTPRoute.gateway.networking.k8s.io',
  INGRESS: 'Ingress.networking.k8s.io',
  ISTIO_GATEWAY: 'Gateway.networking.istio.io',
  ISTIO_OPERATOR: 'IstioOperator.install.istio.io',
  JOB: 'Job.batch',
  MUTATING_WEBHOOK: 'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  NAMESPACE: 'Namespace',
  NETWORK_POLICY: 'NetworkPolicy.networking.k8s.io',
  PEER_AUTHENTICATION: 'PeerAuthentication.security.istio.io',
  POD: 'Pod',
  POD_DISRUPTION_BUDGET: 'PodDisruptionBudget.policy',
  PROXY_CONFIG: 'ProxyConfig.networking.istio.io',
  REFERENCE_GRANT: 'ReferenceGrant.gateway.networking.k8s.io',
  REPLICA_SET: 'ReplicaSet.apps',
  REQUEST_AUTHENTICATION: 'RequestAuthentication.security.istio.io',
  ROLLOUT: 'Rollout.argoproj.io',
  SECRET: 'Secret',
  SERVICE: 'Service',
  SERVICE_ACCOUNT: 'ServiceAccount',
  SERVICE_ENTRY: 'ServiceEntry.networking.istio.io',
  SIDECAR: 'Sidecar.networking.istio.io',
  STATEFUL_SET: 'StatefulSet.apps',
  TARGET_GROUP_BINDING: 'TargetGroupBinding.elbv2.k8s.aws',
  TCP_ROUTE: 'TCPRoute.gateway.networking.k8s.io',
  TELEMETRY: 'Telemetry.telemetry.istio.io',
  TLS_ROUTE: 'TLSRoute.gateway.networking.k8s.io',
  TRAFFIC_EXTENSION: 'TrafficExtension.extensions.istio.io',
  VALIDATING_WEBHOOK: 'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
  VIRTUAL_SERVICE: 'VirtualService.networking.istio.io',
  WASM_PLUGIN: 'WasmPlugin.extensions.istio.io',
  WORKLOAD_ENTRY: 'WorkloadEntry.networking.istio.io',
  WORKLOAD_GROUP: 'WorkloadGroup.networking.istio.io',
} as const;

const CLUSTER_SCOPED = new Set<string>([
  Kind.NAMESPACE, Kind.CRD, Kind.GATEWAY_CLASS, Kind.MUTATING_WEBHOOK, Kind.VALIDATING_WEBHOOK, 'Node', 'PersistentVolume',
  'ClusterRole.rbac.authorization.k8s.io', 'ClusterRoleBinding.rbac.authorization.k8s.io', 'StorageClass.storage.k8s.io', 'CSIDriver.storage.k8s.io',
  'PriorityClass.scheduling.k8s.io', 'IngressClass.networking.k8s.io', 'APIService.apiregistration.k8s.io', 'RuntimeClass.node.k8s.io',
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io', 'ClusterIssuer.cert-manager.io',
]);

/** Whether objects of a type are in no namespace. */
export function isClusterScoped(type: string): boolean {
  return CLUSTER_SCOPED.has(type) || type.startsWith('AWS::');
}
