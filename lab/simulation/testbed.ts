import { exitObjects } from './egress';

/**
 * The testbed for generated configurations: two namespaces with the pods of three services in the mesh, one outside it,
 * and a gateway. It is deployed once for all configurations.
 */
export const TESTBED = ['north', 'south'] as const;

/** A workload of the testbed. */
export interface Resident {
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly version: string;
  readonly isMeshed: boolean;
}

export const RESIDENTS: readonly Resident[] = [
  { name: 'client', namespace: 'north', service: 'client', version: 'v1', isMeshed: true },
  { name: 'api-v1', namespace: 'north', service: 'api', version: 'v1', isMeshed: true },
  { name: 'api-v2', namespace: 'north', service: 'api', version: 'v2', isMeshed: true },
  { name: 'peer', namespace: 'south', service: 'peer', version: 'v1', isMeshed: true },
  { name: 'legacy', namespace: 'south', service: 'legacy', version: 'v1', isMeshed: false },
  { name: 'judge', namespace: 'south', service: 'judge', version: 'v1', isMeshed: false },
];

/** External authorizers of the mesh: one that answers like any app, one that always denies. */
export const PROVIDERS = [
  { name: 'lenient', envoyExtAuthzHttp: { service: 'legacy.south.svc.cluster.local', port: 80 } },
  { name: 'strict', envoyExtAuthzHttp: { service: 'judge.south.svc.cluster.local', port: 80 } },
] as const;
export const REFUSING = 'strict';
/** The authorizers that policies refer to, of which one does not exist. */
export const AUTHORIZERS = [...PROVIDERS.map(({ name }) => name), 'nobody'] as const;

/** The ports of every service: HTTP with and without a declared protocol, and TCP. */
export const PORTS = [
  { name: 'http-web', port: 80, targetPort: 8080 },
  { name: 'plain', port: 81, targetPort: 8081 },
  { name: 'tcp-raw', port: 82, targetPort: 8082 },
] as const;

/** A headless Service for the pods of another, on one of their ports. */
export const HEADLESS = { name: 'stage', namespace: 'north', of: 'api', port: 8080 } as const;

export const GATEWAY = 'gate';
/** The ports of the Istio Gateway, which is served by the same pods, and those for TLS. */
export const ISTIO_GATEWAY_PORT = 8088;
export const SECURE_PORT = 8443;
export const ISTIO_SECURE_PORT = 8444;
/** A port of the gateway that terminates TLS, and forwards connections. */
export const TLS_PORT = 8445;
/** The Secret of the gateway's certificate, and its hosts. */
export const CERTIFICATE = { name: 'town', host: '*.town.example' } as const;

/** All objects of the testbed. */
export function testbedWithExit(): object[] {
  return [...testbedObjects(), ...exitObjects({ 'proxy.istio.io/config': PROXY })];
}

/** The testbed without a gateway for requests that leave. */
export function testbedObjects(): object[] {
  return [
    ...TESTBED.map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'istio-injection': 'enabled', side: name } },
    })),
    ...RESIDENTS.flatMap(each => [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: each.service, namespace: each.namespace } },
      deployment(each),
    ]).filter(isFirst),
    ...RESIDENTS.map(({ service, namespace }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service, namespace },
      spec: { selector: { app: service }, ports: PORTS },
    })).filter(isFirst),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: HEADLESS.name, namespace: HEADLESS.namespace },
      spec: {
        clusterIP: 'None',
        selector: { app: HEADLESS.of },
        ports: [{ name: 'http-web', port: HEADLESS.port, targetPort: HEADLESS.port }],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: GATEWAY, namespace: 'north' },
      spec: {
        gatewayClassName: 'istio',
        allowedListeners: { namespaces: { from: 'All' } },
        infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: GATEWAY } },
        listeners: [
          { name: 'any', port: 80, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } },
          // A request for this host is not for the routes of the listener above.
          {
            name: 'exact',
            port: 80,
            protocol: 'HTTP',
            hostname: 'a.town.example',
            allowedRoutes: { namespaces: { from: 'All' } },
          },
          {
            name: 'named',
            port: 8000,
            protocol: 'HTTP',
            hostname: '*.town.example',
            allowedRoutes: { namespaces: { from: 'Same' } },
          },
          {
            name: 'secure',
            port: SECURE_PORT,
            protocol: 'HTTPS',
            hostname: CERTIFICATE.host,
            allowedRoutes: { namespaces: { from: 'All' } },
            tls: { certificateRefs: [{ name: CERTIFICATE.name }] },
          },
          {
            name: 'terminated',
            port: TLS_PORT,
            protocol: 'TLS',
            hostname: CERTIFICATE.host,
            allowedRoutes: { namespaces: { from: 'All' } },
            tls: { mode: 'Terminate', certificateRefs: [{ name: CERTIFICATE.name }] },
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: GATEWAY, namespace: 'north' },
      data: { service: 'spec:\n  type: ClusterIP\n' },
    },
    ...readingSecrets(),
  ];
}

/**
 * A Gateway of Istio gets the certificates that it names only where the ServiceAccount of its Pods may list Secrets.
 */
function readingSecrets(): object[] {
  const rbac = 'rbac.authorization.k8s.io';
  const metadata = { name: `${GATEWAY}-secrets`, namespace: 'north' };
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch', 'list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: `${GATEWAY}-istio`, namespace: 'north' }],
    },
  ];
}

/** Connections of an old configuration are closed soon, so that the next one can be tested. */
const PROXY = '{"drainDuration":"1s"}';

function deployment({ name, namespace, service, version, isMeshed }: Resident): object {
  const labels = { app: service, version, ...(isMeshed ? {} : { 'sidecar.istio.io/inject': 'false' }) };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: service, version } },
      template: {
        metadata: { labels, annotations: { 'proxy.istio.io/config': PROXY } },
        spec: {
          serviceAccountName: service,
          containers: [
            {
              name: service,
              image: 'echo',
              ports: PORTS.map(each => ({
                name: each.name === 'plain' ? 'http-plain' : each.name,
                containerPort: each.targetPort,
              })),
            },
          ],
        },
      },
    },
  };
}

function isFirst(object: object, index: number, all: readonly object[]): boolean {
  return all.findIndex(each => JSON.stringify(each) === JSON.stringify(object)) === index;
}
