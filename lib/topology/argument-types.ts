// Written by `npm run docs` from the declarations of the model.
/** An entry for each method, interface and enum: its name, and its parameters, properties or values. */
export const ARGUMENT_TYPES = `
Abort status:number percent?:number; AccessLog.openTelemetry props:OpenTelemetryLogProps; AccessLog.standardOutput
props?:AccessLogProps; AccessLogProps filter?:string; AccessMode = ReadWriteOnce, ReadWriteOncePod, ReadOnlyMany,
ReadWriteMany; AggregateProps +RouteProps headers?:string[] queryParameters?:string[]; AllowFromProps port?:number
allowedOperations?:Operation[] plaintext?:boolean; ApiKeyProps secret:string header?:string; ArgoCdProps +GitOpsProps
project?:string server?:string; Auth.apiKey props:ApiKeyProps; Auth.jwt props:JwtProps; Autoscaling min:number
max:number cpuPercent?:number memoryPercent?:number metrics?:ScalingMetric[] kedaTriggers?:KedaTrigger[]
existing?:boolean; AzureFrontProps addresses?:string[] clientCa?:string; BackendTls hostname:string
caConfigMap?:string; CallPolicy timeout?:Duration retries?:Retries faults?:Faults headers?:HeaderChanges
rewrite?:Rewrite; CallProps +CallPolicy port?:number addressEnvVar?:string addressEnvVars?:{string}
allowedOperations?:Operation[]; Callee.addCircuitBreaker props:CircuitBreakerProps; Callee.addLoadBalancing
props:LoadBalancing; Callee.firstPort path?:any; Callee.hostNameIn namespace:string; Callee.port number:number
path?:any; Capability = a timeout, retries, injected faults, header changes, rewrites, direct responses, allowed
operations, call policies that differ by caller, a circuit breaker, load balancing settings, a traffic split, routing
by header, mirroring, egress by host name, an egress gateway, an edge, redirects at the edge, conditions of a route,
token verification at the edge, API keys at the edge, external authorization at the edge, TLS passthrough or TCP at the
edge, TLS to backends, token verification at services, telemetry of services, extensions of its proxy, scripts in its
proxy, machines outside of Kubernetes, a dry run of policies, rate limits at services, rate limits at the edge,
per-client rate limits, CORS, client certificates, a web application firewall, request validation, response caching,
REST-to-gRPC transcoding, settings of its proxy; CircuitBreakerProps consecutive5xxErrors?:number
consecutiveGatewayErrors?:number baseEjectionTime?:Duration interval?:Duration maxEjectionPercent?:number
minHealthPercent?:number maxConnections?:number maxPendingRequests?:number maxRequests?:number connectTimeout?:Duration
maxRequestsPerConnection?:number maxRetries?:number idleTimeout?:Duration maxConnectionDuration?:Duration
tcpKeepalive?:TcpKeepalive; ClaimProps storage:string accessMode?:AccessMode storageClassName?:string; ClaimValues
*:string[]; ClientCertificates = required, optional; ClientKey.claim name:string; ClientKey.header name:string;
ClusterAppProps outdir?:string checked?:boolean accepted?:{string}; ClusterDns.servers props:DnsServersProps;
ConcurrencyPolicy = Allow, Forbid, Replace; ConnectionRouteProps port?:number; ContainerProps env?:Env
envFrom?:EnvFrom[] command?:string[] args?:string[] workingDir?:string imagePullPolicy?:ImagePullPolicy
resources?:Resources runAsUser?:number securityContext?:SecurityContext writablePaths?:string[]
volumeMounts?:VolumeMount[] health?:Health probes?:Probes lifecycle?:Lifecycle; Contract.fromFile path:string;
Contract.of topology:Topology; CookieProps ttl?:Duration path?:string; Cors origins:string[] headers?:string[]
exposedHeaders?:string[] credentials?:boolean maxAge?:Duration; CronJobProps +JobProps schedule:string timeZone?:string
concurrencyPolicy?:ConcurrencyPolicy startingDeadline?:Duration suspend?:boolean successfulJobsHistoryLimit?:number
failedJobsHistoryLimit?:number; CustomFrontProps name:string capabilities:Capability[] addresses?:string[]
clientCa?:string connection?:FrontConnection limits?:FrontLimits; Delay duration:Duration percent?:number;
DescribedObject apiVersion:string kind:string name:string; DirectResponse status:number body?:string; DisruptionBudget
maxUnavailable?:string minAvailable?:string; DnsConfig nameservers?:string[] searches?:string[] options?:{string};
DnsPolicy = ClusterFirst, Default, None; DnsServersProps namespace?:string podLabels?:PodLabels ports?:number[]
cidrs?:string[]; Edge.aggregate operation:string parts:{PartProps} props?:AggregateProps; Edge.isLeftToFront
capability:Capability; Edge.passthrough host:string service:Service props?:ConnectionRouteProps; Edge.redirect
operation:string props:RedirectProps; Edge.route operation:string service:Service props?:RouteProps; Edge.tcp
port:number service:Service props?:ConnectionRouteProps; EdgeProps host:string alternativeHosts?:string[]
tlsSecret?:string tlsSecrets?:{string} certificateIssuer?:string clientCa?:string
clientCertificates?:ClientCertificates minTlsVersion?:TlsVersion allowedCidrs?:string[] deniedCidrs?:string[]
trustedProxies?:TrustedProxies auth?:Auth authorizer?:ExternalAuthorizer rateLimit?:RateLimit
perClientRateLimit?:PerClientRateLimit rateLimiter?:Service cors?:Cors waf?:boolean front?:Front timeout?:Duration
gatewayMetadata?:Metadata gateway?:SharedGateway namespace?:string; EgressGatewayProps namespace?:string
replicas?:number; EmptyDirOptions inMemory?:boolean sizeLimit?:string; Env *:string|EnvValue; EnvFrom.configMap
name:string options?:EnvFromOptions; EnvFrom.secret name:string options?:EnvFromOptions; EnvFromOptions
+ReferenceOptions prefix?:string; EnvValue.fromConfigMap configMap:string key:string options?:ReferenceOptions;
EnvValue.fromField fieldPath:string; EnvValue.fromResource resource:string options?:ResourceReferenceOptions;
EnvValue.fromSecret secret:string key:string options?:ReferenceOptions; ExistingClaimOptions readOnly?:boolean;
ExistingWorkload labels:{string} serviceAccount:string headlessService?:string hasService?:boolean;
ExternalAuthorizer.of props:ExternalAuthorizerProps; ExternalAuthorizerProps service:Service port?:number
requestHeaders?:string[] timeout?:Duration failureMode?:FailureMode; ExternalServiceProps host?:string port:Port
ports?:Port[] addresses?:string[] tlsOrigination?:TlsOrigination egressGateway?:EgressGateway; FailureMode = fail-open,
fail-closed; Faults delay?:Delay abort?:Abort match?:HeaderMatch; FilesOptions +ReferenceOptions items?:{string}
defaultMode?:number; ForeignService.addCircuitBreaker props:CircuitBreakerProps; ForeignService.addLoadBalancing
props:LoadBalancing; ForeignService.mirrorTo version:string percent?:number; ForeignService.routeTo version:string
match:HeaderMatch; ForeignService.split percentByVersion:{number}; ForeignTopology.service name:string
namespace?:string; Front.azureApiManagement props:AzureFrontProps; Front.googleApiGateway props?:GoogleFrontProps;
Front.httpApi props:FrontProps; Front.of props:CustomFrontProps; Front.restApi props:FrontProps; Front.webSocketApi
props:FrontProps; FrontConnection = pods, load balancer; FrontLimits routes?:number issuers?:number audiences?:number
scopes?:number shortestTimeout?:Duration longestTimeout?:Duration; FrontProps addresses:string[]; FurtherContainer
+ContainerProps name:string image:string; GatewayService = LoadBalancer, ClusterIP; GitOpsProps version:string
namespace?:string repository?:string replicas?:number; GoogleFrontProps addresses?:string[]; GrpcPortOptions
+PortOptions service?:string methods?:string[] descriptor?:ProtoDescriptor; GrpcProbeOptions +PortProbeOptions
service?:string; HashKey.cookie name:string props?:CookieProps; HashKey.header name:string; HashKey.queryParameter
name:string; HeaderChanges request?:HeaderOperations response?:HeaderOperations; HeaderMatch.exact header:string
value:string; HeaderMatch.prefix header:string value:string; HeaderMatch.regex header:string value:string;
HeaderOperations set?:HeaderValues add?:HeaderValues remove?:string[]; HeaderValues *:string; Health.exec
command:string[] options?:ProbeOptions; Health.grpc options?:GrpcProbeOptions; Health.http path:string
options?:HttpProbeOptions; Health.tcp options?:PortProbeOptions; HelmProps version?:string base?:string istiod?:string
cni?:string ztunnel?:string repository?:string replicas?:number executable?:string; HostAlias ip:string
hostnames:string[]; HttpHandlerOptions port?:number; HttpProbeOptions +PortProbeOptions https?:boolean
headers?:{string}; ImagePullPolicy = Always, IfNotPresent, Never; InitContainer +FurtherContainer sidecar?:boolean;
Injection = namespace, pod; Install.argoCd props:ArgoCdProps; Install.flux props:GitOpsProps; Install.helm
props?:HelmProps; Install.istioctl props?:IstioctlProps; IstioAmbientProps controlPlaneNamespace?:string
rootNamespace?:string trustDomain?:string tracing?:Tracing accessLog?:AccessLog metrics?:MetricsProps
gatewayService?:GatewayService; IstioInstallationProps +MeshSettings install?:Install; IstioSidecarsProps
revision?:string injection?:Injection controlPlaneNamespace?:string rootNamespace?:string trustDomain?:string
tracing?:Tracing accessLog?:AccessLog metrics?:MetricsProps gatewayService?:GatewayService; IstioctlProps
replicas?:number hub?:string tag?:string; JobProps completions?:number parallelism?:number backoffLimit?:number
activeDeadline?:Duration ttlAfterFinished?:Duration restartPolicy?:JobRestartPolicy; JobRestartPolicy = Never,
OnFailure; JwtProps issuer:string audiences?:string[] anyAudience?:boolean clientIdAsAudience?:boolean scopes?:string[]
jwksUri?:string jwks?:string; KedaTrigger type:string metadata:{string} authentication?:string; Lifecycle
postStart?:LifecycleHandler preStop?:LifecycleHandler; LifecycleHandler.exec command:string[]; LifecycleHandler.httpGet
path:string options?:HttpHandlerOptions; LifecycleHandler.sleep duration:Duration; LoadBalancing
algorithm?:LoadBalancingAlgorithm consistentHash?:HashKey warmup?:Warmup locality?:LocalityLoadBalancing;
LoadBalancingAlgorithm = LEAST_REQUEST, ROUND_ROBIN, RANDOM; LocalityDistribution from:string to:{number};
LocalityLoadBalancing enabled?:boolean failover?:RegionFailover[] failoverPriority?:string[]
distribute?:LocalityDistribution[]; MachineProps locality?:string network?:string; Machines.at addresses:string[]
props?:MachineProps; Machines.registering cidrs:string[] props?:MachineProps; MeshSettings revision?:string
ambient?:boolean trustDomain?:string trustDomainAliases?:string[] minTlsVersion?:TlsVersion tracing?:Tracing
topologies?:Topology[] accessLog?:AccessLog outboundTraffic?:OutboundTraffic; Metadata labels?:{string}
annotations?:{string}; MetricTargetProps averageValue?:string value?:string selector?:{string}; MetricsProps
tags?:{string} removedTags?:string[]; MutualTlsOriginationProps +TlsOriginationProps secret:string; NoMeshProps
gateway?:EdgeGateway; NodeOperator = In, NotIn, Exists, DoesNotExist; NodeRequirement key:string operator?:NodeOperator
values?:string[] preference?:number; OpenTelemetryLogProps +AccessLogProps +TelemetryBackendProps; Operation.http
text:string; Operation.parse where:string text:string; OperationAuth +RequestAuth operation:Operation;
OutboundTraffic.any reason:string; PartProps service:Service path:string timeout?:Duration port?:number;
PathPrefixRewrite from:string to:string; Peer.cidrs ...cidrs:string; Peer.pods props:PodsPeerProps; Peer.serviceAccount
props:ServiceAccountPeerProps; PerClientRateLimit.of props:PerClientRateLimitProps; PerClientRateLimitProps
client:ClientKey requests:number per:Period failureMode:FailureMode; Period = second, minute, hour, day; PodLabels
*:string; PodManagementPolicy = OrderedReady, Parallel; PodProps terminationGracePeriod?:Duration
securityContext?:PodSecurityContext imagePullSecrets?:string[] dnsPolicy?:DnsPolicy dnsConfig?:DnsConfig
hostAliases?:HostAlias[] enableServiceLinks?:boolean shareProcessNamespace?:boolean; PodRequirement labels?:{string}
topologyKey?:string namespaces?:string[] preference?:number; PodSecurityContext fsGroup?:number
fsGroupChangeOnRootMismatch?:boolean supplementalGroups?:number[]; PodsPeerProps namespace:string labels:PodLabels;
Port.grpc number:number options?:GrpcPortOptions; Port.http number:number options?:PortOptions; Port.http2
number:number options?:PortOptions; Port.tcp number:number options?:PortOptions; Port.tls number:number
options?:PortOptions; PortOptions target?:number name?:string; PortProbeOptions +ProbeOptions port?:number;
ProbeOptions initialDelay?:Duration period?:Duration timeout?:Duration failureThreshold?:number
successThreshold?:number; Probes startup?:Health readiness?:Health liveness?:Health; ProtoDescriptor.fromFile
path:string; ProxyExtension.lua script:string; ProxyExtension.wasm props:WasmProps; ProxyLogLevel = trace, debug, info,
warning, error, critical, off; ProxyProps resources?:ProxyResources concurrency?:number
holdApplicationUntilProxyStarts?:boolean drainDuration?:Duration terminationDrainDuration?:Duration
excludeInboundPorts?:number[] excludeOutboundPorts?:number[] excludeOutboundIPRanges?:string[] logLevel?:ProxyLogLevel
componentLogLevel?:{ProxyLogLevel} env?:{string}; ProxyResources cpu?:string cpuLimit?:string memory?:string
memoryLimit?:string; QueryParamMatch.exact name:string value:string; QueryParamMatch.regex name:string value:string;
RateLimit.perSecond rate:number burst?:number; RateLimiterProps redis:Service image?:string namespace?:string;
RedirectProps +RedirectTarget auth?:Auth match?:RequestMatch authorizer?:ExternalAuthorizer; RedirectTarget
path?:string pathPrefix?:string host?:string scheme?:string port?:number statusCode?:number; ReferenceOptions
optional?:boolean; RegionFailover from:string to:string; RequestAuth auth:Auth claims?:ClaimValues; RequestMatch
headers?:HeaderMatch[] queryParams?:QueryParamMatch[]; RequestValidation query?:string[] headers?:string[] body?:{any};
ResourceReferenceOptions container?:string divisor?:string; Resources cpu?:string cpuLimit?:string memory?:string
memoryLimit?:string ephemeralStorage?:string ephemeralStorageLimit?:string extended?:{number}; Retries attempts:number
perTryTimeout?:Duration on?:RetryOn[]; RetryOn = connect-failure, refused-stream, reset, gateway-error, 5xx,
retriable-4xx, cancelled, deadline-exceeded, resource-exhausted, unavailable; Rewrite pathPrefix?:PathPrefixRewrite
host?:string; Rollout strategy?:RolloutStrategy maxSurge?:string maxUnavailable?:string minReady?:Duration
progressDeadline?:Duration revisionHistoryLimit?:number; RolloutStrategy = RollingUpdate, Recreate; RouteProps
auth?:Auth authorizer?:ExternalAuthorizer rateLimit?:RateLimit timeout?:Duration retries?:Retries port?:number
perClientRateLimit?:PerClientRateLimit requestValidation?:RequestValidation cacheTtl?:Duration grpcMethod?:string
rewrite?:RouteRewrite headerChanges?:HeaderChanges backendTls?:BackendTls match?:RequestMatch; RouteRewrite
path?:string pathPrefix?:string host?:string; ScalingMetric.external metric:string target:MetricTargetProps;
ScalingMetric.object described:DescribedObject metric:string target:MetricTargetProps; ScalingMetric.pods metric:string
averageValue:string; Scheduling nodeSelector?:{string} nodeAffinity?:NodeRequirement[] podAffinity?:PodRequirement[]
podAntiAffinity?:PodRequirement[] tolerations?:Toleration[] priorityClassName?:string
topologySpreadConstraints?:TopologySpread[] runtimeClassName?:string schedulerName?:string; SecurityContext
runAsRoot?:string runAsGroup?:number readOnlyRootFilesystem?:boolean capabilities?:string[]
seccompProfile?:SecurityProfile appArmorProfile?:SecurityProfile; SecurityProfile.localhost profile:string;
Service.addRateLimit limit:RateLimit props?:ServiceRateLimitProps; Service.allowFrom peer:Peer props?:AllowFromProps;
Service.calls callee:Callee props?:CallProps; Service.hostNameIn namespace:string; Service.method name:string;
Service.methods ...names:string; Service.mirrorTo version:string percent?:number match?:HeaderMatch;
Service.podHostNameIn namespace:string ordinal:number; Service.requireAuth props:ServiceAuthProps;
Service.respondDirectly match:HeaderMatch response:DirectResponse; Service.routeTo version:string match:HeaderMatch;
Service.split percentByVersion:{number} match?:HeaderMatch; Service.version name:string; ServiceAccess
headless?:boolean serviceType?:ServiceType trafficDistribution?:TrafficDistribution deniedOperations?:Operation[];
ServiceAccountPeerProps namespace:string name:string podLabels?:PodLabels; ServiceAccountProps +Metadata name?:string
automountToken?:boolean; ServiceAuthProps +RequestAuth operations?:OperationAuth[] claimHeaders?:{string};
ServiceObjects +ServiceAccess serviceAccount?:ServiceAccountProps serviceMetadata?:Metadata
disruptionBudget?:DisruptionBudget outboundTraffic?:OutboundTraffic authorizationDryRun?:string machines?:Machines
telemetry?:ServiceTelemetry proxyExtensions?:ProxyExtension[]; ServiceProps +WorkloadProps +ServiceObjects port?:Port
ports?:Port[] image?:string versions?:{VersionProps} namespace?:string workload?:WorkloadKind
existingWorkload?:ExistingWorkload inMesh?:boolean; ServiceRateLimitProps operation?:Operation; ServiceTelemetry
samplingPercent?:number traceTags?:{string} traceHeaderTags?:{string} accessLog?:boolean accessLogFilter?:string;
ServiceType = ClusterIP, NodePort, LoadBalancer; SharedGatewayProps namespace?:string; StatefulSetProps
volumeClaimTemplates?:VolumeClaimTemplate[] podManagementPolicy?:PodManagementPolicy; TaintEffect = NoSchedule,
PreferNoSchedule, NoExecute; TcpKeepalive time?:Duration interval?:Duration probes?:number; TelemetryBackendProps
service:string namespace:string port?:number; TlsOrigination.mutual props:MutualTlsOriginationProps;
TlsOrigination.simple props?:TlsOriginationProps; TlsOriginationProps caCertificates?:string subjectAltNames?:string[]
sni?:string; TlsVersion = 1.2, 1.3; TokenOptions path?:string expiration?:Duration; Toleration key:string value?:string
effect?:TaintEffect tolerationDuration?:Duration; Topology.addContract contract:Contract; Topology.addEdge name:string
props:EdgeProps; Topology.addEgressGateway name:string props?:EgressGatewayProps; Topology.addExternalService
name:string props:ExternalServiceProps; Topology.addNamespace name:string; Topology.addRateLimiter name:string
props:RateLimiterProps; Topology.addService name:string props:ServiceProps; Topology.addSharedGateway name:string
props?:SharedGatewayProps; Topology.owns namespace:string; TopologyChartProps topology:Topology mesh?:Target
dns?:ClusterDns clusterCidrs?:string[] enforcePodSecurity?:boolean accepted?:{string}; TopologyProps namespace?:string
clusterDomain?:string outboundTraffic?:OutboundTraffic; TopologySpread topologyKey:string maxSkew?:number
required?:boolean minDomains?:number; TraceTag.environment name:string defaultValue?:string; TraceTag.header
name:string defaultValue?:string; TraceTag.literal value:string; Tracing.openTelemetry props:TracingProps;
Tracing.skyWalking props:TracingProps; Tracing.zipkin props:TracingProps; TracingProps +TelemetryBackendProps
samplingPercent?:number tags?:{TraceTag}; TrafficDistribution = PreferSameZone, PreferSameNode, PreferClose;
TrustedProxies cidrs:string[] count?:number; VersionProps +WorkloadProps image?:string; Volume.claim name:string
props:ClaimProps; Volume.configMap name:string configMap:string options?:FilesOptions; Volume.emptyDir name:string
options?:EmptyDirOptions; Volume.existingClaim name:string claim:string options?:ExistingClaimOptions; Volume.secret
name:string secret:string options?:FilesOptions; Volume.serviceAccountToken name:string audience:string
options?:TokenOptions; VolumeClaimTemplate name:string mountPath:string storage:string storageClassName?:string
accessModes?:AccessMode[]; VolumeMount path:string volume:Volume subPath?:string readOnly?:boolean; Warmup
duration:Duration minimumPercent?:number aggression?:number; WasmPhase = AUTHN, AUTHZ, STATS; WasmProps url:string
sha256:string phase?:WasmPhase config?:{any} failureMode?:FailureMode; WorkloadKind.cronJob props:CronJobProps;
WorkloadKind.job props?:JobProps; WorkloadKind.statefulSet props?:StatefulSetProps; WorkloadProps +ContainerProps
replicas?:number autoscaling?:Autoscaling rollout?:Rollout metadata?:Metadata podMetadata?:Metadata pod?:PodProps
scheduling?:Scheduling initContainers?:InitContainer[] containers?:FurtherContainer[] proxy?:ProxyProps; new.ClusterApp
props?:ClusterAppProps; new.IstioAmbient props?:IstioAmbientProps; new.IstioIngress service?:GatewayService;
new.IstioInstallation scope:any id:string props?:IstioInstallationProps; new.IstioSidecars props?:IstioSidecarsProps;
new.NoMesh props?:NoMeshProps; new.Topology name:string props?:TopologyProps; new.TopologyChart scope:any id:string
props:TopologyChartProps
`;
