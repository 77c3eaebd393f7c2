import { model, no, resources, tasksOf } from './task';

export const KUBERNETES = tasksOf('Kubernetes: workloads and their fields', [
  model(
    'Deployment',
    '`addService`',
    'kubernetes/workload.test.ts › a service is an account, a Deployment, a Service, a disruption budget',
  ),
  model(
    'StatefulSet',
    '`WorkloadKind.statefulSet`',
    'kubernetes/workload-kinds.test.ts › a StatefulSet has the name of its service, one pod by default',
  ),
  model(
    'DaemonSet',
    '`WorkloadKind.daemonSet`',
    'kubernetes/workload-kinds.test.ts › a DaemonSet selects its pods, and leaves their number and spread',
  ),
  model('Job', '`WorkloadKind.job`', 'kubernetes/workload-kinds.test.ts › each property of a Job is a field'),
  model(
    'CronJob',
    '`WorkloadKind.cronJob`',
    'kubernetes/workload-kinds.test.ts › each property of a CronJob is a field',
  ),
  model(
    'Headless Service',
    '`headless: true`; rendered for StatefulSets',
    'kubernetes/service-access.test.ts › a headless Service resolves to the pods, with and without a mesh',
  ),
  model(
    'Service of type ExternalName',
    "`addExternalService('bank', { host, port, clusterService: true })`",
    'istio/cluster-service.test.ts › is a name for the host without ports, beside the ServiceEntry that has them',
  ),
  model(
    'Service without a selector, with EndpointSlices',
    "`addExternalService('db', { addresses, port, clusterService: true })`",
    'istio/cluster-service.test.ts › has no selector, and a slice for the addresses of each IP version',
  ),
  model(
    'Service of type NodePort or LoadBalancer',
    '`serviceType` with `allowFrom(Peer.cidrs(…))`',
    'kubernetes/service-access.test.ts › a Service of type NodePort or LoadBalancer accepts the allowed addresses, which policies see',
  ),
  model('Plain variables', '`env`', 'kubernetes/workload/container.test.ts › may have names with dots and dashes'),
  model(
    'Variables from Secrets',
    '`EnvValue.fromSecret`',
    'kubernetes/workload/container.test.ts › refer to other objects',
  ),
  model(
    'Variables from ConfigMaps, single ones and all',
    '`EnvValue.fromConfigMap`, `EnvFrom.configMap`',
    'kubernetes/workload/container.test.ts › come from all keys of Secrets and ConfigMaps',
  ),
  model(
    'Variables from fields of the pod',
    '`EnvValue.fromField`, `.fromResource`',
    'kubernetes/workload/container.test.ts › refer to other objects',
  ),
  model(
    'Variables that refer to the address of a callee',
    '`$(NAME)` in `env`, `addressEnvVar`',
    'kubernetes/workload/container.test.ts › comes before the variables that refer to it, and after those it refers to',
  ),
  model(
    'Address of a callee, as URL, host or port',
    "`addressEnvVars: { DB_URL: 'postgres://{host}:{port}/db' }`",
    'kubernetes/workload/container.test.ts › in the text %s is %s',
  ),
  model(
    'Volumes from ConfigMaps and Secrets',
    '`Volume.configMap`, `Volume.secret`',
    'kubernetes/workload/container.test.ts › have their source',
  ),
  model(
    'PersistentVolumeClaim',
    '`Volume.claim`, `Volume.existingClaim`',
    'kubernetes/workload/container.test.ts › of an own claim come with a PersistentVolumeClaim for each version',
  ),
  model('emptyDir', '`writablePaths`', 'kubernetes/workload.test.ts › directories to write to are empty volumes'),
  model(
    'emptyDir in memory, with a size',
    '`Volume.emptyDir(name, { inMemory, sizeLimit })`',
    'kubernetes/workload/container.test.ts › have their source',
  ),
  model(
    'Init containers',
    '`initContainers`',
    'kubernetes/workload/container.test.ts › before the others keep their order, and native sidecars restart always',
  ),
  model(
    'Native sidecars',
    '`initContainers: [{ sidecar: true, … }]`',
    'kubernetes/workload/container.test.ts › before the others keep their order, and native sidecars restart always',
  ),
  model(
    'Second container',
    '`containers`',
    'kubernetes/workload/container.test.ts › share a volume with that of the service',
  ),
  model(
    'Lifecycle hooks',
    '`lifecycle`',
    'kubernetes/workload/container.test.ts › hooks run after the start and before the end',
  ),
  model(
    'Termination grace period',
    '`pod: { terminationGracePeriod }`',
    'kubernetes/workload/pod.test.ts › settings of the pod are rendered, and nothing else',
  ),
  model(
    'Probes by HTTP, TCP, gRPC and command',
    '`probes: { startup, readiness, liveness }` with ports and times',
    'kubernetes/workload/container.test.ts › differ for startup, readiness and liveness',
  ),
  model(
    'Affinity, node selector, tolerations',
    '`scheduling`',
    'kubernetes/workload/pod.test.ts › is by labels of nodes, required and preferred',
  ),
  model(
    'Topology spread',
    '`scheduling: { topologySpreadConstraints }`',
    'kubernetes/workload/pod.test.ts › spreads as declared in place of the default',
  ),
  model(
    'Priority class',
    '`scheduling: { priorityClassName }`',
    'kubernetes/workload/pod.test.ts › tolerates taints, and has the classes that are declared',
  ),
  model(
    'Pull secrets',
    '`pod: { imagePullSecrets }`',
    'kubernetes/workload/pod.test.ts › settings of the pod are rendered, and nothing else',
  ),
  model(
    'Annotations of pods',
    '`podMetadata`',
    'kubernetes/workload/pod.test.ts › labels and annotations are those of the object that they are declared for',
  ),
  model(
    'Annotations of the ServiceAccount (IRSA)',
    '`serviceAccount: { annotations }`',
    'kubernetes/workload/pod.test.ts › labels and annotations are those of the object that they are declared for',
  ),
  model(
    'Name of the ServiceAccount',
    '`serviceAccount: { name }`',
    'kubernetes/workload/pod.test.ts › the ServiceAccount may have another name',
  ),
  no('ServiceAccount for each version', 'versions of a service share its identity'),
  model(
    'HorizontalPodAutoscaler by CPU',
    '`autoscaling`',
    'kubernetes/workload.test.ts › an autoscaler controls the replicas',
  ),
  model(
    'HorizontalPodAutoscaler by memory',
    '`autoscaling`',
    'kubernetes/workload/pod.test.ts › is by CPU and memory if both are declared',
  ),
  model(
    'HorizontalPodAutoscaler by custom metrics',
    '`ScalingMetric.pods`, `.object`, `.external`',
    'kubernetes/workload/pod.test.ts › is by memory, custom and external metrics',
  ),
  model(
    'KEDA',
    '`autoscaling: { kedaTriggers }`; `existing: true` leaves `replicas` to a ScaledObject elsewhere',
    'kubernetes/workload/keda.test.ts › event sources of KEDA are a ScaledObject in place of a HorizontalPodAutoscaler and of replicas',
  ),
  model(
    'PodDisruptionBudget',
    '`disruptionBudget`',
    'kubernetes/workload/pod.test.ts › a disruption budget is as declared',
  ),
  model(
    'Host aliases',
    '`pod: { hostAliases }`',
    'kubernetes/workload/pod.test.ts › settings of the pod are rendered, and nothing else',
  ),
  model(
    'Ports that bypass the proxy',
    '`proxy: { excludeInboundPorts, excludeOutboundPorts }`',
    'istio/proxy-annotations.test.ts › settings of a proxy are annotations of its pod',
  ),
  model(
    'Resources of the proxy',
    '`proxy: { resources }`',
    'istio/proxy-annotations.test.ts › settings of a proxy are annotations of its pod',
  ),
  model(
    'Requests and limits of CPU and memory',
    '`resources`',
    'kubernetes/workload/container.test.ts › memory may be %s, and is rendered so',
  ),
  model(
    'Devices (GPU) and ephemeral storage',
    '`resources: { extended, ephemeralStorage }`',
    'kubernetes/workload/container.test.ts › ephemeral storage is requested and limited, devices are limited',
  ),
  model(
    'Capabilities (NET_BIND_SERVICE)',
    '`securityContext: { capabilities }`',
    'kubernetes/workload/container.test.ts › has the group, the capabilities, the profiles',
  ),
  model(
    'Root, writable root file system',
    '`securityContext: { runAsRoot, readOnlyRootFilesystem }`',
    'kubernetes/workload/container.test.ts › of a declared root has user 0, and the reason as an annotation',
  ),
  resources(
    'RBAC and access to the API server',
    "`serviceAccount: { automountToken }`, `addExternalService('api-server', { addresses })`; a Role of cdk8s-plus",
  ),
  model('Rollout strategy', '`rollout`', 'kubernetes/workload/pod.test.ts › a rollout is as declared'),
  model(
    'Pull policy',
    '`imagePullPolicy`',
    'kubernetes/workload/container.test.ts › working directory and pull policy are those of the declaration',
  ),
]);
