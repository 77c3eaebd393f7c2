import { checkManifests } from '../../../lib/checks';
import { Cluster, loadResources, Resource } from '../../../lib/manifests';

const object = (apiVersion: string, kind: string, fields: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web, namespace: shop}\n${fields}\n`;
const istio = (kind: string, spec: string) => object('networking.istio.io/v1', kind, `spec: ${spec}`);
const security = (kind: string, spec: string) => object('security.istio.io/v1', kind, `spec: ${spec}`);
const extension = (spec: string) => object('extensions.istio.io/v1alpha1', 'TrafficExtension', `spec: ${spec}`);
const service = (field: string) => object('v1', 'Service', `spec: {${field}, ports: [{port: 80}]}`);
const routeWithin = (timeout: string) =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', `spec: {rules: [{timeouts: {request: "${timeout}"}}]}`);
const RESOURCES = 'spec.template.spec.containers[0].resources';
const deployment = (fields: string, container = '') =>
  object(
    'apps/v1',
    'Deployment',
    `spec: {${fields} selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, `
      + `spec: {containers: [{name: app, image: a${container}}]}}}`,
  );
const cronJob = (pod: string) =>
  object(
    'batch/v1',
    'CronJob',
    `spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, ${pod}}}}}}`,
  );
const rollout = (pod: string) => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rollouts.argoproj.io}
spec:
  group: argoproj.io
  names: {kind: Rollout}
  versions: [{name: v1alpha1, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
${object('argoproj.io/v1alpha1', 'Rollout', `spec: {replicas: -1, template: {spec: {${pod}}}}`)}`;

/** The fields of findings that are errors, with their messages. */
function found(text: string): string[] {
  return checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })))
    .findings.filter(({ id }) => id === 'SchemaViolation' || id.startsWith('Invalid'))
    .map(({ field, message }) => `${field}: ${message}`);
}

test.each<[string, string, RegExp]>([
  [
    'VirtualService',
    istio('VirtualService', '{hosts: [a], http: [{timout: 1s, route: [{destination: {host: a}}]}]}'),
    /^spec\.http\[0\]\.timout: .*Did you mean timeout\?/,
  ],
  [
    'VirtualService',
    istio('VirtualService', '{hosts: web, http: [{route: [{destination: {host: a}}]}]}'),
    /^spec\.hosts: .*/,
  ],
  [
    'VirtualService',
    istio('VirtualService', '{hosts: [a], http: [{retries: {attempts: "3"}, route: [{destination: {host: a}}]}]}'),
    /^spec\.http\[0\]\.retries\.attempts: Here is the text "3" where the API expects a number/,
  ],
  [
    'HTTPRoute',
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'spec: {rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: "301"}}]}]}',
    ),
    /^spec\.rules\[0\]\.filters\[0\]\.requestRedirect\.statusCode: Here is the text "301" where the API expects a number/,
  ],
  [
    'HTTPRoute',
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'spec: {rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: 418}}]}]}',
    ),
    /statusCode: 418 is no value of this field, so the API server rejects the object\.$/,
  ],
  [
    'DestinationRule',
    istio('DestinationRule', '{host: a, trafficPolicy: {connectionPools: {}}}'),
    /^spec\.trafficPolicy\.connectionPools: .*Did you mean connectionPool\?/,
  ],
  [
    'PeerAuthentication',
    security('PeerAuthentication', '{selector: {matchLabels: {app: web}}, portLevelMtls: {}}'),
    /^spec\.portLevelMtls: portLevelMtls is empty, so the API server rejects the object/,
  ],
  ['DestinationRule', istio('DestinationRule', '{host: a, subset: []}'), /^spec\.subset: .*Did you mean subsets\?/],
  [
    'DestinationRule',
    istio('DestinationRule', '{host: a, trafficPolicy: {loadBalancer: {simple: ROUNDROBIN}}}'),
    /^spec\.trafficPolicy\.loadBalancer\.simple: .*/,
  ],
  [
    'HTTPRoute',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'spec: {parentRef: [{name: a}]}'),
    /^spec\.parentRef: .*Did you mean parentRefs\?/,
  ],
  [
    'HTTPRoute',
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'spec: {parentRefs: [{name: a}], rules: [{backendRefs: [{port: 80}]}]}',
    ),
    /^spec\.rules\[0\]\.backendRefs\[0\]: The field "name" is missing/,
  ],
  ['PeerAuthentication', security('PeerAuthentication', '{mtls: {mode: strict}}'), /^spec\.mtls\.mode: .*/],
  [
    'PeerAuthentication',
    security('PeerAuthentication', '{mtls: {mod: STRICT}}'),
    /^spec\.mtls\.mod: .*Did you mean mode\?/,
  ],
  ['AuthorizationPolicy', security('AuthorizationPolicy', '{action: Deny}'), /^spec\.action: .*/],
  ['TrafficExtension', extension('{wasm: {url: a, shasum: b}}'), /^spec\.wasm\.shasum: .*/],
  ['TrafficExtension', extension('{wasm: {url: a}, phase: UNSPECIFIED_PHASE}'), /^spec\.phase: .*/],
  [
    'AuthorizationPolicy',
    security('AuthorizationPolicy', '{selectors: {}}'),
    /^spec\.selectors: .*Did you mean selector\?/,
  ],
  ['Gatway', object('networking.istio.io/v1', 'Gatway', 'spec: {}'), /^kind: .*Did you mean Gateway\?/],
  [
    'version',
    object('networking.istio.io/v1alpha9', 'Sidecar', 'spec: {}'),
    /^apiVersion: There is no version "networking\.istio\.io\/v1alpha9"/,
  ],
  [
    'Deployment',
    deployment('replicas: "two",'),
    /^spec\.replicas: Here is the text "two" where the API expects a number/,
  ],
  ['Deployment', deployment('', ', imagePullPolicy: always'), /imagePullPolicy: .*Did you mean Always\?/],
  [
    'Deployment',
    deployment('', ', env: [{name: A, value: 1}]'),
    /env\[0\]\.value: Here is the number 1 where the API expects a text/,
  ],
  [
    'Deployment',
    deployment('', ', ports: [{containerport: 80}]'),
    /ports\[0\]\.containerport: .*Did you mean containerPort\?/,
  ],
  [
    'Deployment',
    deployment('').replace('labels: {app: web}', 'labels: {app: other}'),
    /^spec\.selector\.matchLabels: The pods of the template have no label app=web/,
  ],
  [
    'Service',
    object('v1', 'Service', 'spec: {ports: [{port: 80, protocol: tcp}]}'),
    /^spec\.ports\[0\]\.protocol: .*Did you mean TCP\?/,
  ],
  [
    'Service',
    object('v1', 'Service', 'spec: {ports: {port: 80}}'),
    /^spec\.ports: Here is a map where the API expects a list/,
  ],
  [
    'labels',
    object('v1', 'ConfigMap', 'data: {}').replace('name: web', 'name: web, labels: {version: 1.0}'),
    /^metadata\.labels\.version: Here is the number 1 where/,
  ],
  ['data', object('v1', 'ConfigMap', 'data: {port: 80}'), /^data\.port: Here is the number 80 where/],
  [
    'SecurityPolicy',
    object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', 'spec: {jwts: {}}'),
    /^spec\.jwts: .*Did you mean jwt\?/,
  ],
  [
    'HTTPRoute with a field without a near name',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'spec: {rules: [{circuitBreaker: {}}]}'),
    /^spec\.rules\[0\]\.circuitBreaker: There is no field "circuitBreaker" here/,
  ],
  [
    'Gateway with a field without a near name',
    object('gateway.networking.k8s.io/v1', 'Gateway', 'spec: {gatewayClassName: istio, replicas: 2, listeners: []}'),
    /^spec\.replicas: There is no field "replicas" here/,
  ],
  [
    'HTTPRoute filter',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'spec: {rules: [{filters: [{type: requestRedirect}]}]}'),
    /^spec\.rules\[0\]\.filters\[0\]\.type: .*Did you mean RequestRedirect\?/,
  ],
  [
    'GRPCRoute filter',
    object('gateway.networking.k8s.io/v1', 'GRPCRoute', 'spec: {rules: [{filters: [{type: URLRewrite}]}]}'),
    /^spec\.rules\[0\]\.filters\[0\]\.type: "URLRewrite" is no value/,
  ],
  [
    'Gateway whose routes may be from an unknown set of namespaces',
    object(
      'gateway.networking.k8s.io/v1',
      'Gateway',
      'spec: {gatewayClassName: a, listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: all}}}]}',
    ),
    /from: .*Did you mean All\?/,
  ],
  ['Service without ports', object('v1', 'Service', 'spec: {selector: {app: web}}'), /^spec: The Service has no ports/],
  [
    'Pod without containers',
    object('v1', 'Pod', 'spec: {containers: []}'),
    /^spec\.containers: The Pod has no container/,
  ],
  [
    'Deployment without containers',
    deployment('').replace('[{name: app, image: a}]', '[]'),
    /^spec\.template\.spec\.containers: The Pod has no container/,
  ],
  [
    'CronJob without containers',
    cronJob('containers: []'),
    /^spec\.jobTemplate\.spec\.template\.spec\.containers: The Pod has no container/,
  ],
  [
    'ReplicaSet without a template',
    object('apps/v1', 'ReplicaSet', 'spec: {selector: {matchLabels: {app: web}}}'),
    /^spec\.template\.spec: The Pod has no container/,
  ],
  [
    'Gateway without listeners',
    object('gateway.networking.k8s.io/v1', 'Gateway', 'spec: {gatewayClassName: istio, listeners: []}'),
    /^spec\.listeners: The list of listeners is empty/,
  ],
  [
    'HTTPRoute without rules',
    object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'spec: {rules: []}'),
    /^spec\.rules: The list of rules is empty/,
  ],
])('what the API of a %s does not have is an error, with the nearest right name', (_name, text, message) => {
  const messages = found(text);
  expect(messages).toContainEqual(expect.stringMatching(message));
});

test.each<[string, string]>([
  [
    'a port by name and by number',
    object('v1', 'Service', 'spec: {ports: [{port: 80, targetPort: http}, {port: 81, targetPort: 81}]}'),
  ],
  ['quantities', deployment('', ', resources: {limits: {cpu: 1, memory: 1Gi}}')],
  ['fields that are null', deployment('replicas: null,')],
  ['a status', `${deployment('')}status: {anything: 1}\n`],
  ['custom resources', object('example.com/v1', 'Anything', 'spec: {a: 1}')],
  ['other kinds of Kubernetes', object('extensions/v1beta1', 'Deployment', 'spec: {a: 1}')],
  [
    'an EnvoyFilter',
    object(
      'networking.istio.io/v1alpha3',
      'EnvoyFilter',
      'spec: {configPatches: [{applyTo: CLUSTER, patch: {operation: ADD, value: {a: {b: 1}}}}]}',
    ),
  ],
  [
    'one of several matches',
    istio('VirtualService', '{hosts: [a], http: [{match: [{uri: {prefix: /}}], route: [{destination: {host: a}}]}]}'),
  ],
  [
    'fields of the experimental Gateway API',
    object(
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'spec: {parentRefs: [{name: a}], rules: [{retry: {attempts: 1}}]}',
    ),
  ],
  ...[
    ['DestinationRule', '{host: a, trafficPolicy: {connectionPool: {http: {http2KeepAlive: {interval: 1s}}}}}'],
    ['DestinationRule', '{host: a, trafficPolicy: {outlierDetection: {outlierDetectionHttpErrorCodes: [429]}}}'],
    ['DestinationRule', '{host: a, trafficPolicy: {loadBalancer: {zoneAwareLbSetting: {enabled: true}}}}'],
    ['VirtualService', '{hosts: [a], http: [{redirect: {prefixRewrite: /b}}]}'],
    [
      'Gateway',
      '{servers: [{hosts: [a], tls: {insecureSkipVerify: true}, port: {number: 1, name: a, protocol: TLS}}]}',
    ],
  ].map(([kind = '', spec = '']): [string, string] => [`newer fields of a ${kind}: ${spec}`, istio(kind, spec)]),
  [
    'trust domains of an AuthorizationPolicy',
    security('AuthorizationPolicy', '{rules: [{from: [{source: {trustDomains: [a], notTrustDomains: [b]}}]}]}'),
  ],
  ['a script of a TrafficExtension', extension('{lua: {inlineCode: a}, priority: 1, phase: UNSPECIFIED}')],
  ['a module of a TrafficExtension', extension('{wasm: {url: a, pluginConfig: {b: 1}}, match: [{mode: CLIENT}]}')],
  ['a headless Service without ports', object('v1', 'Service', 'spec: {clusterIP: None}')],
  ['an external Service without ports', object('v1', 'Service', 'spec: {type: ExternalName, externalName: a.example}')],
  [
    'a field of Envoy Gateway that has a default',
    object(
      'gateway.envoyproxy.io/v1alpha1',
      'BackendTrafficPolicy',
      'spec: {responseOverride: [{match: {statusCodes: [{value: 401}]}, response: {body: {inline: a}}}]}',
    ),
  ],
  ['what sops adds', object('v1', 'Secret', 'stringData: {a: b}\nsops: {mac: c}')],
])('%s are no violation', (_name, text) => {
  expect(found(text).filter(each => /There is no|Here is|is missing|has no ports/.test(each))).toEqual([]);
});

test('a field of Envoy Gateway without a near name is a note, since the API may have it in a newer release', () => {
  const text = (field: string) => object('gateway.envoyproxy.io/v1alpha1', 'SecurityPolicy', `spec: {${field}: {}}`);
  const severities = (field: string) =>
    checkManifests(new Cluster(loadResources(text(field), { file: 'a.yaml' })))
      .findings.filter(each => each.field === `spec.${field}`)
      .map(each => each.severity);
  expect(['dynamicThings', 'csrf', 'jwtClaims', 'jwts', 'extAut'].map(severities)).toEqual([
    ['info'],
    ['info'],
    ['info'],
    ['error'],
    ['error'],
  ]);
});

test.each<[string, string, string | undefined]>([
  ['a port of a Service above 65535', object('v1', 'Service', 'spec: {ports: [{port: 65536}]}'), 'spec.ports[0].port'],
  [
    'a target port below 1',
    object('v1', 'Service', 'spec: {ports: [{port: 1, targetPort: 0}]}'),
    'spec.ports[0].targetPort',
  ],
  ['ports from 1 to 65535', object('v1', 'Service', 'spec: {ports: [{port: 65535, targetPort: 1}]}'), undefined],
  [
    'a port of a container above 65535',
    deployment('', ', ports: [{containerPort: 70000}]'),
    'spec.template.spec.containers[0].ports[0].containerPort',
  ],
  [
    'a port of an init container of a CronJob above 65535',
    cronJob(
      'containers: [{name: a, image: a}], initContainers: [{name: b, image: b, ports: [{containerPort: 70000}]}]',
    ),
    'spec.jobTemplate.spec.template.spec.initContainers[0].ports[0].containerPort',
  ],
  [
    'a negative number of replicas of a ReplicaSet',
    deployment('replicas: -1,').replace('Deployment', 'ReplicaSet'),
    'spec.replicas',
  ],
  ['a Rollout without containers', rollout('containers: []'), undefined],
  [
    'a port and a resource of a Rollout',
    rollout('containers: [{name: a, image: a, ports: [{containerPort: 0}], resources: {limits: {CPU: 1}}}]'),
    undefined,
  ],
  ['a negative number of replicas', deployment('replicas: -1,'), 'spec.replicas'],
  ['no replicas', deployment('replicas: 0,'), undefined],
  [
    'a quantity with a wrong suffix',
    deployment('', ', resources: {limits: {memory: 50M0i}}'),
    `${RESOURCES}.limits.memory`,
  ],
  ['a quantity without a number', deployment('', ', resources: {requests: {cpu: m}}'), `${RESOURCES}.requests.cpu`],
  ...['500m', '0.5', '.5', '-1', '+1Gi', '1e3', '128974848', '"2"', '2'].map<[string, string, undefined]>(each => [
    `the quantity ${each}`,
    deployment('', `, resources: {limits: {cpu: ${each}}}`),
    undefined,
  ]),
  ...['100500ms', '172800s', '1.5s', '10', '', '1h1m1s1ms1ms', '2d'].map<[string, string, string]>(each => [
    `the duration "${each}" of the Gateway API`,
    routeWithin(each),
    'spec.rules[0].timeouts.request',
  ]),
  ...['0s', '99999ms', '1m40s500ms', '48h', '1h1m1s1ms'].map<[string, string, undefined]>(each => [
    `the duration "${each}" of the Gateway API`,
    routeWithin(each),
    undefined,
  ]),
  [
    'a duration of Istio, which may have more digits',
    istio('VirtualService', '{hosts: [a], http: [{timeout: 100500ms, route: [{destination: {host: a}}]}]}'),
    undefined,
  ],
  [
    'a duration of Envoy Gateway',
    object(
      'gateway.envoyproxy.io/v1alpha1',
      'BackendTrafficPolicy',
      'spec: {timeout: {tcp: {connectTimeout: 100500ms}}}',
    ),
    'spec.timeout.tcp.connectTimeout',
  ],
  ...['limits', 'requests'].map<[string, string, string]>(each => [
    `a resource in upper case in ${each}`,
    deployment('', `, resources: {${each}: {Memory: 64Mi}}`),
    `${RESOURCES}.${each}.Memory`,
  ]),
  [
    'an extended resource without its domain',
    deployment('', ', resources: {limits: {gpu: 1}}'),
    `${RESOURCES}.limits.gpu`,
  ],
  [
    'a resource of an init container of a CronJob',
    cronJob('containers: [{name: a, image: a}], initContainers: [{name: b, image: b, resources: {limits: {CPU: 1}}}]'),
    'spec.jobTemplate.spec.template.spec.initContainers[0].resources.limits.CPU',
  ],
  ...['cpu', 'memory', 'ephemeral-storage', 'hugepages-2Mi', 'nvidia.com/gpu'].map<[string, string, undefined]>(
    each => [`the resource ${each}`, deployment('', `, resources: {limits: {${each}: 1}}`), undefined],
  ),
  ['a word as address of a Service', service('clusterIP: Noe'), 'spec.clusterIP'],
  ...['None', '10.96.0.10', 'fd00::1', '""'].map<[string, string, undefined]>(each => [
    `the address ${each} of a Service`,
    service(`clusterIP: ${each}`),
    undefined,
  ]),
])('%s is rejected by the API server, or not', (_name, text, field) => {
  const fields = checkManifests(new Cluster(loadResources(text, { file: 'a.yaml' })))
    .findings.filter(({ id }) => id === 'SchemaViolation')
    .map(each => each.field);
  expect(fields).toEqual(field === undefined ? [] : [field]);
});

test('what is missing in an object that its kustomization changes is a note', () => {
  const [resource] = loadResources(object('v1', 'Service', 'spec: {}'), { file: 'a.yaml' });
  const of = (isChanged: boolean) =>
    resource?.origin ? [new Resource(resource.object, { ...resource.origin, isChanged })] : [];
  const severities = (isChanged: boolean) =>
    checkManifests(new Cluster(of(isChanged))).findings.map(({ id, severity, message }) => [id, severity, message]);
  const missing = 'The Service has no ports, so the API server rejects it';
  expect(severities(false)).toContainEqual(['SchemaViolation', 'error', `${missing}.`]);
  expect(severities(true)).toContainEqual(['SchemaViolation', 'info', `${missing}, unless its kustomization adds it.`]);
});

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget}
  versions:
    - name: v1
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [size, color]
              properties:
                size: {type: integer}
                code: {type: integer, enum: [301, 302]}
                color: {type: string, default: red}
                mode: {type: string, enum: [Fast, Slow]}
                port: {x-kubernetes-int-or-string: true}
                weight: {x-kubernetes-int-or-string: true, pattern: '^[0-9]+(([KMGTPE]i)|[numkMGTPE])?$'}
                extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
                tags: {type: object, additionalProperties: {type: string}}
                list: {type: array, items: {type: boolean}}
---
`;

test.each<[string, string[]]>([
  ['{size: 1, mode: Fast, port: http, extra: {a: 1}, tags: {a: b}, list: [true]}', []],
  ['{size: 1, weight: 5Gi}', []],
  ['{size: 1, weight: 5GiB}', ['spec.weight']],
  ['{size: a}', ['spec.size']],
  ['{size: 1, code: 302}', []],
  ['{size: 1, code: 303}', ['spec.code']],
  ['{size: 1, code: "302"}', ['spec.code']],
  ['{}', ['spec']],
  ['{size: 1, mode: fast}', ['spec.mode']],
  ['{size: 1, sise: 1}', ['spec.sise']],
  ['{size: 1, tags: {a: 1}}', ['spec.tags.a']],
  ['{size: 1, list: [a]}', ['spec.list[0]']],
])('an object of a CustomResourceDefinition among the manifests: %s', (spec, fields) => {
  const text = CRD + object('example.com/v1', 'Widget', `spec: ${spec}\nstatus: {any: 1}`);
  expect(found(text).map(each => each.split(':')[0])).toEqual(fields);
});
