import {
  app, authorization, autoscaler, budget, deployment, destinationRule, docs, envoyFilter, gateway, httpRoute, K8S_EDGE, mesh, namespace, networkPolicy, peers, principal, service, serviceWith, sidecar, SHOP, telemetry,
  virtualService, authentication, EDGE, grpcRoute, securityPolicy, targetGroupBinding, type Example,
} from './objects';

/** A knows B by an environment variable. */
const address = (callee: string) => `{name: ${callee.toUpperCase()}, value: "http://${callee}:80/"}`;
const caller = (name: string, ...callees: string[]) => app(name, undefined, callees.map(address).join(', '));
const ONCE = 'retries: {attempts: 0}, ';
const terms = (host: string, text: string) => virtualService(host, `{hosts: [${host}], http: [{${text}route: [{destination: {host: ${host}}}]}]}`);
const AB = docs(SHOP, caller('a', 'b'), app('b'));
const ABC = docs(SHOP, caller('a', 'b'), caller('b', 'c'), app('c'));
const allow = (callee: string, name: string, more = '') => authorization(callee, `{selector: {matchLabels: {app: ${callee}}}, rules: [{from: [{source: {principals: [${principal(name)}]}}]${more}}]}`);
const scope = (name: string, ...hosts: string[]) => sidecar(name, `{workloadSelector: {labels: {app: ${name}}}, egress: [{hosts: [${hosts.map(host => `./${host}.shop.svc.cluster.local`).join(', ') || '"~/*"'}]}]}`);
const IN = docs(K8S_EDGE, httpRoute('in', '{parentRefs: [{name: edge}], rules: [{timeouts: {request: 40s}, backendRefs: [{name: b, port: 80}]}]}'));
const api = (millis: number) => JSON.stringify({ Resources: { Api: { Type: 'AWS::ApiGatewayV2::Integration', Properties: { IntegrationType: 'HTTP_PROXY', ConnectionType: 'VPC_LINK', TimeoutInMillis: millis } } } });
const stage = (name: string) => JSON.stringify({ Resources: { Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } }, Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: name } } } });
const B_VERSIONS = docs(SHOP, service('b'), deployment('b-1', 'replicas: 2', '', '{app: b, version: v1}'));
const SPLIT = docs(destinationRule('b', '{host: b, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}'),
  virtualService('b', '{hosts: [b], http: [{route: [{destination: {host: b, subset: v1}, weight: 90}, {destination: {host: b, subset: v2}, weight: 10}]}]}'));
const TOKENS = docs(authentication('in', '{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}], jwtRules: [{issuer: a}]}'),
  authorization('in', '{targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: edge}], rules: [{from: [{source: {requestPrincipals: ["*"]}}]}]}'));
const PREFIX = docs(K8S_EDGE, httpRoute('in', '{parentRefs: [{name: edge}], rules: [{matches: [{path: {type: PathPrefix, value: /orders}}], backendRefs: [{name: b, port: 80}]}]}'));
const EXACT = PREFIX.replace('PathPrefix', 'Exact');
const INSIDE = authorization('b', `{selector: {matchLabels: {app: b}}, rules: [{from: [{source: {principals: [${principal('a')}]}}], to: [{operation: {paths: [/orders/refund]}}]}, {from: [{source: {principals: [${principal('edge-istio')}]}}]}]}`);
const AUTHORIZER = mesh('extensionProviders: [{name: opa, envoyExtAuthzGrpc: {service: b.shop.svc.cluster.local, port: 80}}]');
const TRACING = docs(mesh('extensionProviders: [{name: otel, opentelemetry: {service: c.shop.svc.cluster.local, port: 4317}}]'), telemetry('a', '{tracing: [{providers: [{name: otel}]}]}'));
const AMBIENT_B = docs(namespace('other', '{istio.io/dataplane-mode: ambient, istio.io/use-waypoint: w}'), service('b', undefined, '', 'other'), deployment('b', '', '', '{app: b}', '', 'other'));
const network = (rules: string, types = 'Ingress', name = 'b') => networkPolicy(name, `{podSelector: {matchLabels: {app: ${name}}}, policyTypes: [${types}], ${rules}}`);

const meshRoute = (host: string, text: string) => httpRoute(host, `{parentRefs: [{group: "", kind: Service, name: ${host}, port: 80}], rules: [{${text}backendRefs: [{name: ${host}, port: 80}]}]}`);
const binding = (name: string) => targetGroupBinding(name, `{serviceRef: {name: ${name}, port: 80}}`);
const INNER = K8S_EDGE.replace('name: edge', 'name: inner');
const POSTS = (text: string) => docs(K8S_EDGE, httpRoute('in', `{parentRefs: [{name: edge}], rules: [{matches: [{method: POST}], ${text}backendRefs: [{name: b, port: 80}]}]}`));
const CALLS_OF = (method: string) => docs(K8S_EDGE, grpcRoute('in', `{parentRefs: [{name: edge}], rules: [{matches: [{method: ${method}}], backendRefs: [{name: b, port: 80}]}]}`));
const SECURED = (means: string) => securityPolicy('in', `{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], ${means}: {}}`);
const BC = docs(SHOP, caller('b', 'c'), app('c'));
const CHAIN = docs(SHOP, caller('a', 'b'), caller('b', 'c'), caller('c', 'd'), app('d'));
const toNobody = (weight: number) => docs(SHOP, service('b'), deployment('b'), service('b2'), deployment('b2', 'replicas: 0'), K8S_EDGE, httpRoute('in', `{parentRefs: [{name: edge}], rules: [{backendRefs: [{name: b, port: 80, weight: 90}, {name: b2, port: 80, weight: ${weight}}]}]}`));
const AMBIENT_SHOP = namespace('shop', '{istio.io/dataplane-mode: ambient}');
const AMBIENT_AB = AB.replace(SHOP, AMBIENT_SHOP);
const PROBED = docs(AMBIENT_SHOP, service('b'), deployment('b', '', 'readinessProbe: {httpGet: {port: 80}}'));
const OUTSIDE = docs(namespace('shop', '{istio-injection: disabled}'), app('b'));
const SCRAPED = docs(SHOP, service('b'), deployment('b', '', '', '{app: b}', 'annotations: {prometheus.io/scrape: "true", prometheus.io/port: "80"}'));
/** A wants 99.95 %; b promises something, however its own callee does. */
const promising = (percent: string) => docs(SHOP, serviceWith('a', '{selector: {app: a}, ports: [{name: http, port: 80}]}', 'annotations: {cardinal.cdk8s.io/slo: "99.95"}'), deployment('a', '', `env: [${address('b')}]`),
  serviceWith('b', '{selector: {app: b}, ports: [{name: http, port: 80}]}', `annotations: {cardinal.cdk8s.io/slo: "${percent}"}`), deployment('b', '', `env: [${address('c')}]`),
  serviceWith('c', '{selector: {app: c}, ports: [{name: http, port: 80}]}', 'annotations: {cardinal.cdk8s.io/availability: "99.96"}'), deployment('c'));

export const CALLS: readonly Example[] = [
  { check: 'TimeoutBeyondCaller', at: 'spec.http[0].timeout', bad: docs(ABC, terms('b', 'timeout: 2s, '), terms('c', 'timeout: 3s, ')), good: docs(ABC, terms('b', 'timeout: 3s, '), terms('c', 'timeout: 2s, ')) },
  { check: 'TimeoutBeyondCaller', at: 'spec.http[0].timeout', bad: docs(ABC, terms('b', 'timeout: 2s, '), terms('c', 'timeout: 3s, ')), good: docs(ABC, SHOP, caller('d', 'b'), virtualService('b', '{hosts: [b], http: [{match: [{sourceLabels: {app: d}}], timeout: 5s, route: [{destination: {host: b}}]}, {timeout: 2s, route: [{destination: {host: b}}]}]}'), terms('c', 'timeout: 3s, ')) },
  { check: 'TimeoutBeyondApi', at: 'spec.rules[0].timeouts.request', bad: docs(AB, IN, api(29000)), good: docs(AB, IN.replace('40s', '20s'), api(29000)) },
  { check: 'TimeoutBeyondApi', at: 'spec.rules[0]', bad: docs(AB, IN.replace('timeouts: {request: 40s}, ', ''), api(29000)), good: docs(AB, IN.replace('timeouts: {request: 40s}, ', '')) },
  { check: 'TimeoutBeyondApi', at: 'spec.rules[0].timeouts.request', bad: docs(AB, IN, api(29000), binding('edge-istio')), good: docs(AB, IN, api(29000), INNER, binding('inner-istio')) },
  { check: 'TimeoutBeyondCaller', at: 'spec.http[0].timeout', bad: docs(BC, IN, terms('c', 'timeout: 30s, '), api(29000)), good: docs(BC, IN, terms('c', 'timeout: 30s, ')) },
  { check: 'TimeoutBeyondCaller', at: 'spec.rules[0].timeouts.backendRequest', bad: docs(ABC, terms('b', 'timeout: 2s, '), meshRoute('c', 'timeouts: {request: 1s, backendRequest: 3s}, ')), good: docs(ABC, terms('b', 'timeout: 2s, '), meshRoute('c', 'timeouts: {request: 3s, backendRequest: 1s}, ')) },
  { check: 'NoTimeout', at: 'spec.rules[0]', bad: docs(SHOP, app('b'), IN.replace('timeouts: {request: 40s}, ', '')), good: docs(SHOP, app('b'), IN) },
  { check: 'NoTimeout', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(SHOP, caller('a', 'b'), app('b', '[{port: 80}]')), good: docs(SHOP, caller('a', 'b'), app('b', '[{port: 80}]'), virtualService('b', '{hosts: ["*.shop.svc.cluster.local"], http: [{timeout: 3s, route: [{destination: {host: b}}]}]}')) },
  { check: 'NoTimeout', at: 'spec.template.spec.containers[0].env[0].value', bad: ABC, good: docs(SHOP, app('a', undefined, '{name: C, value: "cache:6379"}'), app('cache', '[{port: 6379}]')) },
  { check: 'NoTimeout', at: 'spec.template.spec.containers[0].env[0].value', bad: ABC, good: docs(ABC, terms('b', 'timeout: 3s, ')) },
  { check: 'RetriesBeyondTimeout', at: 'spec.http[0].retries', bad: docs(AB, terms('b', 'timeout: 1s, retries: {attempts: 2, perTryTimeout: 500ms}, ')), good: docs(AB, terms('b', 'timeout: 2s, retries: {attempts: 2, perTryTimeout: 500ms}, ')) },
  { check: 'RetriesBeyondTimeout', at: 'spec.http[0].retries', bad: docs(AB, terms('b', 'timeout: 3s, retries: {attempts: 2, perTryTimeout: 1s}, ')), good: docs(AB, terms('b', 'timeout: 3s, retries: {attempts: 2, perTryTimeout: 1s, backoff: 0ms}, ')) },
  { check: 'RetriesBeyondTimeout', at: 'spec.rules[0].retry', bad: docs(AB, meshRoute('b', 'timeouts: {request: 3s, backendRequest: 1s}, retry: {}, ')), good: docs(AB, meshRoute('b', 'timeouts: {request: 3s, backendRequest: 1s}, retry: {attempts: 1}, ')) },
  { check: 'RetryAmplification', at: 'spec.rules[0].retry', bad: docs(AB, IN.replace('timeouts', 'retry: {attempts: 9}, timeouts')), good: docs(AB, IN.replace('timeouts', 'retry: {attempts: 8}, timeouts')) },
  { check: 'RetryAmplification', at: 'spec.http[0].retries', bad: docs(SHOP, caller('a', 'b'), caller('b', 'c'), caller('c', 'd'), app('d'), terms('b', 'retries: {attempts: 2}, '), terms('c', 'retries: {attempts: 2}, '), terms('d', 'retries: {attempts: 2}, ')), good: docs(ABC, terms('b', 'retries: {attempts: 2}, '), terms('c', 'retries: {attempts: 2}, ')) },
  { check: 'RetryAmplification', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(SHOP, caller('a', 'b'), caller('b', 'c'), caller('c', 'd'), app('d')), good: docs(mesh('defaultHttpRetryPolicy: {attempts: 0}'), SHOP, caller('a', 'b'), caller('b', 'c'), caller('c', 'd'), app('d')) },
  { check: 'RetryAmplification', at: 'spec.template.spec.containers[0].env[0].value', bad: CHAIN, good: CHAIN.replace('istio-injection: enabled', 'istio-injection: disabled') },
  { check: 'RetryAmplification', at: 'spec.template.spec.containers[0].env[0].value', bad: CHAIN.replace(SHOP, peers('default', '{mtls: {mode: STRICT}}')), good: CHAIN.replace(`${SHOP}\n---\n`, '') },
  { check: 'RetryAmplification', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(CHAIN, ...['b', 'c', 'd'].map(each => terms(each, ''))), good: docs(CHAIN, ...['b', 'c', 'd'].map(each => virtualService(each, `{hosts: [${each}], http: [{match: [{uri: {prefix: /old}}], redirect: {uri: /new}}, {${ONCE}route: [{destination: {host: ${each}}}]}]}`))) },
  { check: 'RetryStorm', at: 'spec.http[0].retries', bad: docs(ABC, terms('b', 'retries: {attempts: 6}, '), terms('c', 'retries: {attempts: 7}, ')), good: docs(ABC, terms('b', 'retries: {attempts: 6}, '), terms('c', 'retries: {attempts: 6}, ')) },
  { check: 'RetriedWrites', at: 'spec.http[0].retries', bad: docs(AB, terms('b', 'match: [{method: {exact: POST}}], retries: {attempts: 1, retryOn: "connect-failure,503"}, ')), good: docs(AB, terms('b', 'match: [{method: {exact: POST}}], retries: {attempts: 1, retryOn: "connect-failure,unavailable"}, ')) },
  { check: 'RetriedWrites', at: 'spec.http[0].retries', bad: docs(AB, terms('b', 'match: [{method: {regex: "GET|PATCH"}}], retries: {attempts: 1, retryOn: 5xx}, ')), good: docs(AB, terms('b', 'match: [{method: {regex: "GET|PUT"}}], retries: {attempts: 1, retryOn: 5xx}, ')) },
  { check: 'RetriedWrites', at: 'spec.rules[0].retry', bad: docs(AB, POSTS('retry: {attempts: 1, codes: [500]}, ')), good: docs(AB, POSTS('retry: {attempts: 1}, ')) },
  { check: 'RetriedWrites', at: 'spec.rules[0]', bad: docs(mesh('defaultHttpRetryPolicy: {attempts: 2, retryOn: 5xx}'), AB, POSTS('')), good: docs(mesh('defaultHttpRetryPolicy: {attempts: 0, retryOn: 5xx}'), AB, POSTS('')) },
  { check: 'ImplicitRetries', at: 'spec.http[0]', bad: docs(AB, terms('b', 'match: [{method: {exact: POST}}], ')), good: docs(AB, terms('b', `match: [{method: {exact: POST}}], ${ONCE}`)) },
  { check: 'ImplicitRetries', at: 'spec.rules[0]', bad: docs(AB, POSTS('')), good: docs(AB, POSTS('').replace('gatewayClassName: istio', 'gatewayClassName: eg')) },
  { check: 'ImplicitRetries', at: 'spec.rules[0]', bad: docs(AB, POSTS('')), good: docs(mesh('defaultHttpRetryPolicy: {attempts: 0}'), AB, POSTS('')) },
  { check: 'ImplicitRetries', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(AB, allow('b', 'a', ', to: [{operation: {methods: [PATCH]}}]')), good: docs(AB, allow('b', 'a', ', to: [{operation: {methods: [PUT]}}]')) },
  { check: 'RetriedWrites', at: 'spec.http[0].retries', bad: docs(AB, allow('b', 'a', ', to: [{operation: {methods: [POST]}}]'), terms('b', 'retries: {attempts: 2, retryOn: 5xx}, ')), good: docs(AB, allow('b', 'a', ', to: [{operation: {methods: [POST]}}]'), terms('b', 'retries: {attempts: 2, retryOn: "connect-failure,refused-stream"}, ')) },
  { check: 'CallCycle', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(SHOP, caller('a', 'b'), caller('b', 'c'), caller('c', 'a')), good: docs(SHOP, caller('a', 'b', 'c'), caller('b', 'c'), app('c')) },
  { check: 'CallWithoutGrant', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(ABC, allow('b', 'c')), good: docs(ABC, allow('b', 'a')) },
  { check: 'CallWithoutGrant', at: 'spec.egress[0].hosts[0]', bad: docs(SHOP, app('a'), app('b'), scope('a', 'b'), authorization('deny', '{}')), good: docs(SHOP, app('a'), app('b'), scope('a', 'b'), authorization('deny', '{}'), authorization('b', '{selector: {matchLabels: {app: b}}, rules: [{from: [{source: {namespaces: [shop]}}]}]}')) },
  { check: 'GrantWithoutCall', at: 'spec.rules[0].from[0].source.principals[0]', bad: docs(SHOP, app('a'), app('b'), app('c'), scope('a', 'c'), allow('b', 'a')), good: docs(SHOP, app('a'), app('b'), app('c'), scope('a', 'b', 'c'), allow('b', 'a')) },
  { check: 'ExposedOperation', at: 'spec.rules[0].matches[0].path.value', bad: docs(AB, PREFIX, INSIDE), good: docs(AB, EXACT, INSIDE) },
  { check: 'ExposedOperation', at: 'spec.rules[0].matches[0].path.value', bad: docs(AB, PREFIX, INSIDE), good: docs(AB, PREFIX, INSIDE.replace(`[${principal('edge-istio')}]}}]`, `[${principal('edge-istio')}]}}], to: [{operation: {paths: [/orders/list]}}]`)) },
  { check: 'ExposedOperation', at: 'spec.rules[0]', bad: docs(AB, IN, INSIDE), good: docs(AB, IN, INSIDE.replace('/orders/refund', '"/orders/*"')) },
  { check: 'ExposedOperation', at: 'spec.rules[0].matches[0].method', bad: docs(AB, CALLS_OF('{service: shop.Orders}'), INSIDE.replace('/orders/refund', '/shop.Orders/Refund')), good: docs(AB, CALLS_OF('{service: shop.Orders, method: List}'), INSIDE.replace('/orders/refund', '/shop.Orders/Refund')) },
  { check: 'UnauthenticatedEntry', at: 'spec.rules[0]', bad: docs(AB, IN.replace('gatewayClassName: istio', 'gatewayClassName: eg'), SECURED('cors')), good: docs(AB, IN.replace('gatewayClassName: istio', 'gatewayClassName: eg'), SECURED('jwt')) },
  { check: 'UnauthenticatedEntry', at: 'spec.rules[0]', bad: docs(AB, IN), good: docs(AB, IN.replace('protocol: HTTP}', 'protocol: HTTPS}').replace('listeners:', 'tls: {frontend: {default: {validation: {caCertificateRefs: [{name: ca, kind: ConfigMap, group: ""}]}}}}, listeners:')) },
  { check: 'UnauthenticatedEntry', at: 'spec.rules[0]', bad: docs(AB, IN), good: docs(AB, IN, TOKENS) },
  { check: 'UnauthenticatedEntry', at: 'spec.http[0]', bad: docs(AB, EDGE, gateway('g', '{selector: {app: edge}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example]}]}'), virtualService('in', '{hosts: [a.example], gateways: [g], http: [{route: [{destination: {host: b}}]}]}')), good: docs(AB, EDGE, gateway('g', '{selector: {app: edge}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: a}, hosts: [a.example]}]}'), virtualService('in', '{hosts: [a.example], gateways: [g], http: [{route: [{destination: {host: b}}]}]}')) },
  { check: 'SharedServiceAccount', at: 'spec.template.spec.serviceAccountName', bad: docs(SHOP, app('a'), app('b').replaceAll('serviceAccountName: b', 'serviceAccountName: a'), app('c'), allow('c', 'a')), good: docs(SHOP, app('a'), app('b'), app('c'), allow('c', 'a')) },
  { check: 'WeightWithoutReplicas', at: 'spec.http[0].route[1].destination', bad: docs(B_VERSIONS, deployment('b-2', 'replicas: 0', '', '{app: b, version: v2}'), SPLIT), good: docs(B_VERSIONS, deployment('b-2', 'replicas: 1', '', '{app: b, version: v2}'), SPLIT) },
  { check: 'WeightWithoutReplicas', at: 'spec.http[0].route[1].destination', bad: docs(B_VERSIONS, deployment('b-2', '', '', '{app: b, version: v2}'), autoscaler('b-2', '{minReplicas: 0, scaleTargetRef: {kind: Deployment, name: b-2}}'), SPLIT), good: docs(B_VERSIONS, deployment('b-2', 'replicas: 0', '', '{app: b, version: v2}'), SPLIT.replace('weight: 90', 'weight: 100').replace('weight: 10}', 'weight: 0}')) },
  { check: 'WeightWithoutReplicas', at: 'spec.rules[0].backendRefs[1]', bad: toNobody(10), good: toNobody(0) },
  { check: 'ConnectionLimit', at: 'spec.subsets[0].trafficPolicy.connectionPool.tcp.maxConnections', bad: docs(AB, destinationRule('b', '{host: b, subsets: [{name: all, labels: {app: b}, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}}]}')), good: docs(AB.replaceAll('kind: Deployment', 'kind: DaemonSet'), destinationRule('b', '{host: b, subsets: [{name: all, labels: {app: b}, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}}]}')) },
  { check: 'ConnectionLimit', at: 'spec.trafficPolicy.connectionPool.tcp.maxConnections', bad: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {connectionPool: {tcp: {maxConnections: 3}}}}')), good: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {connectionPool: {tcp: {maxConnections: 4}}}}')) },
  { check: 'ConnectionLimit', at: 'spec.inboundConnectionPool.tcp.maxConnections', bad: docs(AB, sidecar('b', '{workloadSelector: {labels: {app: b}}, inboundConnectionPool: {tcp: {maxConnections: 3}}}')), good: docs(AB, sidecar('b', '{workloadSelector: {labels: {app: b}}, inboundConnectionPool: {tcp: {maxConnections: 4}}}')) },
  { check: 'EjectsAll', at: 'spec.trafficPolicy.outlierDetection', bad: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 100}}}')), good: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 50}}}')) },
  { check: 'EjectsAll', at: 'spec.trafficPolicy.outlierDetection', bad: docs(SHOP, service('b'), deployment('b', 'replicas: 1'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 100}}}')), good: docs(SHOP, service('b'), deployment('b', 'replicas: 1'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 100, minHealthPercent: 50}}}')) },
  {
    check: 'EjectsNone', at: 'spec.trafficPolicy.outlierDetection',
    bad: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
    good: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 50}}}')),
  },
  {
    check: 'EjectsNone', at: 'spec.trafficPolicy.outlierDetection',
    bad: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 49}}}')),
    good: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 0}}}')),
  },
  {
    check: 'EjectsNone', at: 'spec.trafficPolicy.outlierDetection',
    bad: docs(AB, destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {maxEjectionPercent: 0}}}')),
    good: docs(AB.replaceAll('kind: Deployment', 'kind: DaemonSet'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
  },
  {
    check: 'EjectsNone', at: 'spec.trafficPolicy.outlierDetection',
    bad: docs(SHOP, service('b'), deployment('b', 'replicas: 9'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
    good: docs(SHOP, service('b'), deployment('b', 'replicas: 10'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
  },
  {
    check: 'EjectsNone', at: 'spec.trafficPolicy.outlierDetection',
    bad: docs(SHOP, service('b'), deployment('b'), autoscaler('b', '{minReplicas: 2, maxReplicas: 9, scaleTargetRef: {kind: Deployment, name: b}}'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
    good: docs(SHOP, service('b'), deployment('b'), autoscaler('b', '{minReplicas: 2, maxReplicas: 10, scaleTargetRef: {kind: Deployment, name: b}}'), destinationRule('b', '{host: b, trafficPolicy: {outlierDetection: {}}}')),
  },
  { check: 'BlockedCall', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(AB, network('ingress: [{from: [{podSelector: {matchLabels: {app: c}}}]}]')), good: docs(AB, network('ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 80}]}]')) },
  { check: 'BlockedCall', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(AB, network('egress: [{ports: [{port: 53}, {port: 15012}]}]', 'Egress', 'a')), good: docs(AB, network('egress: [{ports: [{port: 53}, {port: 15012}]}, {to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}]}]', 'Egress', 'a')) },
  { check: 'BlockedCall', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(AMBIENT_AB, network('ingress: [{ports: [{port: 80}]}]')), good: docs(AMBIENT_AB, network('ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 15008}]}]')) },
  { check: 'BlockedSystemTraffic', at: 'metadata.name', bad: docs(SCRAPED, network('ingress: [{ports: [{port: 80}]}]')), good: docs(SCRAPED, network('ingress: [{ports: [{port: 80}]}, {ports: [{port: 15020}]}]')) },
  { check: 'BlockedSystemTraffic', at: 'metadata.name', bad: docs(OUTSIDE, network('egress: [{ports: [{port: 5432}]}]', 'Egress')), good: docs(OUTSIDE, network('egress: []', 'Egress')) },
  { check: 'BlockedSystemTraffic', at: 'metadata.name', bad: docs(PROBED, network('ingress: [{ports: [{port: 15008}], from: [{podSelector: {}}]}]')), good: docs(PROBED, network('ingress: [{ports: [{port: 15008}], from: [{podSelector: {}}]}, {from: [{ipBlock: {cidr: 169.254.0.0/16}}]}]')) },
  { check: 'BlockedSystemTraffic', at: 'metadata.name', bad: docs(AB, network('egress: [{ports: [{port: 15012}]}]', 'Egress')), good: docs(AB, network('egress: [{ports: [{port: 53, protocol: UDP}, {port: 15012}]}]', 'Egress')) },
  { check: 'BlockedSystemTraffic', at: 'metadata.name', bad: docs(namespace('shop', '{istio.io/dataplane-mode: ambient}'), app('b'), network('ingress: [{ports: [{port: 80}]}]')), good: docs(namespace('shop', '{istio.io/dataplane-mode: ambient}'), app('b'), network('ingress: [{ports: [{port: 15008}]}]')) },
  { check: 'RequestRulesOnTcp', at: 'spec.http', bad: docs(SHOP, app('b', '[{name: redis, port: 6379}]'), terms('b', '')), good: docs(AB, terms('b', '')) },
  { check: 'RequestRulesOnTcp', at: 'spec.rules[0].to[0].operation.methods', bad: docs(SHOP, app('b', '[{name: tcp, port: 6379}]'), authorization('b', '{selector: {matchLabels: {app: b}}, rules: [{to: [{operation: {methods: [GET]}}]}]}')), good: docs(SHOP, app('b', '[{name: tcp, port: 6379}]'), authorization('b', '{selector: {matchLabels: {app: b}}, rules: [{to: [{operation: {ports: ["6379"]}}]}]}')) },
  { check: 'RequestRulesOnTcp', at: 'spec.parentRefs[0]', bad: docs(SHOP, app('b', '[{name: tcp, port: 80}]'), meshRoute('b', '')), good: docs(SHOP, app('b', '[{name: tcp, port: 81}, {name: http, port: 80}]'), meshRoute('b', '')) },
  { check: 'ServerFirstPort', at: 'spec.ports[0]', bad: docs(SHOP, service('db', '[{port: 3307, targetPort: 3306}]')), good: docs(SHOP, service('db', '[{port: 5432}]')) },
  { check: 'ServerFirstPort', at: 'spec.ports[0]', bad: docs(SHOP, service('db', '[{name: db, port: 80, targetPort: 3306}]')), good: docs(SHOP, service('db', '[{name: db, port: 80, targetPort: 3306, appProtocol: mysql}, {name: db2, port: 3306}]')) },
  { check: 'SidecarMissesHost', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(ABC, scope('a', 'c')), good: docs(ABC, scope('a', 'b')) },
  { check: 'SidecarMissesTracing', at: 'spec.egress', bad: docs(ABC, TRACING, scope('a', 'b')), good: docs(ABC, TRACING, scope('a', 'b', 'c')) },
  { check: 'PlainTextCaller', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(AB.replace('template: {metadata: {labels: {app: a}}', 'template: {metadata: {labels: {app: a, sidecar.istio.io/inject: "false"}}'), peers('default', '{mtls: {mode: STRICT}}')), good: docs(AB, peers('default', '{mtls: {mode: STRICT}}')) },
  { check: 'PastWaypoint', at: 'spec.template.spec.containers[0].env[0].value', bad: docs(SHOP, app('a', undefined, '{name: B, value: "b.other:80"}'), AMBIENT_B), good: docs(namespace('shop', '{istio.io/dataplane-mode: ambient}'), app('a', undefined, '{name: B, value: "b.other:80"}'), AMBIENT_B) },
  { check: 'FailClosedOnOwnPath', at: 'spec', bad: docs(AB, AUTHORIZER, authorization('ext', '{action: CUSTOM, provider: {name: opa}, rules: [{}]}')), good: docs(AB, AUTHORIZER, authorization('ext', '{selector: {matchLabels: {app: a}}, action: CUSTOM, provider: {name: opa}, rules: [{}]}')) },
  {
    check: 'FailClosedOnOwnPath', at: 'spec.configPatches[0].patch.value.typed_config.failure_mode_deny',
    ...((filter: (selector: string) => string) => ({ bad: docs(AB, filter('{}')), good: docs(AB, filter('{app: a}')) }))(selector => envoyFilter('limit', `{workloadSelector: {labels: ${selector}}, configPatches: [{applyTo: HTTP_FILTER, patch: {operation: INSERT_FIRST, value: {name: limit, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit, failure_mode_deny: true, rate_limit_service: {grpc_service: {envoy_grpc: {cluster_name: "outbound|80||b.shop.svc.cluster.local"}}}}}}}]}`)),
  },
  {
    check: 'AvailabilityBelowObjective', at: 'metadata.annotations["cardinal.cdk8s.io/slo"]',
    ...((objective: (percent: string) => string) => ({ bad: objective('99.95'), good: objective('99.9') }))(percent => docs(SHOP, serviceWith('a', '{selector: {app: a}, ports: [{name: http, port: 80}]}', `annotations: {cardinal.cdk8s.io/slo: "${percent}"}`), deployment('a', '', `env: [${address('b')}]`),
      serviceWith('b', '{selector: {app: b}, ports: [{name: http, port: 80}]}', 'annotations: {cardinal.cdk8s.io/availability: "99.9"}'), deployment('b'))),
  },
  {
    check: 'AvailabilityBelowObjective', at: 'metadata.annotations["cardinal.cdk8s.io/slo"]',
    bad: promising('99.9%'), good: promising('99.95%'),
  },
  { check: 'BlockedDrain', at: 'spec.minAvailable', bad: docs(AB, budget('b', '{selector: {matchLabels: {app: b}}, minAvailable: 2}')), good: docs(AB.replaceAll('kind: Deployment', 'kind: DaemonSet'), budget('b', '{selector: {matchLabels: {app: b}}, minAvailable: 2}')) },
  { check: 'BlockedDrain', at: 'spec.minAvailable', bad: docs(AB, budget('b', '{selector: {matchLabels: {app: b}}, minAvailable: 2}')), good: docs(AB, budget('b', '{selector: {matchLabels: {app: b}}, minAvailable: 1}')) },
  { check: 'BlockedDrain', at: 'spec.maxUnavailable', bad: docs(AB, budget('b', '{selector: {matchLabels: {app: b}}, maxUnavailable: 0}')), good: docs(AB, budget('b', '{selector: {matchExpressions: [{key: app, operator: In, values: [b]}]}, maxUnavailable: "1%"}')) },
  { check: 'ManagedApi', at: '', bad: stage('not a name'), good: stage('live') },
  { check: 'IssuerMismatch', at: 'spec.jwtRules[0].issuer', bad: docs(AB, IN, TOKENS, authentication('b', '{selector: {matchLabels: {app: b}}, jwtRules: [{issuer: c}]}')), good: docs(AB, IN, TOKENS, authentication('b', '{selector: {matchLabels: {app: b}}, jwtRules: [{issuer: a}]}')) },
];

