import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { apiVersions, HEADER, of, record, some } from './vocabulary';

/** A gateway of Istio with Pods of its own, through which requests leave: its Deployment and Service. */
export const EXIT = { name: 'exit', namespace: 'north', port: 8090 } as const;

const HOST = `${EXIT.name}.${EXIT.namespace}.svc.cluster.local`;

/** The objects of the gateway that is there for all configurations. */
export function exitObjects(annotations: object): object[] {
  const { name, namespace, port } = EXIT;
  const metadata = { name, namespace };
  const labels = { app: name };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    // A gateway always has a route configuration, so that each push shows in its state.
    {
      apiVersion: apiVersions.networking,
      kind: 'Gateway',
      metadata: { namespace, name: 'kept' },
      spec: {
        selector: labels,
        servers: [{ port: { number: port + 1, name: 'kept', protocol: 'HTTP' }, hosts: ['kept.example'] }],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http-out', port }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels: { ...labels, 'sidecar.istio.io/inject': 'true' },
            annotations: { ...annotations, 'inject.istio.io/templates': 'gateway' },
          },
          spec: {
            serviceAccountName: name,
            containers: [{ name: 'istio-proxy', image: 'auto', ports: [{ containerPort: port, name: 'http-out' }] }],
          },
        },
      },
    },
  ];
}

const servers = of(['out.example'], ['north/out.example'], ['*'], ['south/*'], ['*.example']);
const backend = of<object>(
  { host: 'out.example', port: { number: 80 } },
  { host: 'api.north.svc.cluster.local', port: { number: 80 } },
  { host: 'legacy.south.svc.cluster.local', port: { number: 80 } },
);

/** An egress gateway with the route to it and from it, with mutual TLS of the mesh between proxies or without. */
export const egress: Arbitrary<Unnamed[]> = fc
  .record({
    isMutual: fc.boolean(),
    hosts: servers,
    namespace: of('north', 'north', 'south'),
    toExit: record({ headers: some(of({ request: { set: { [HEADER]: 'tin' } } })), timeout: some(of('3s')) }),
    fromExit: record({
      headers: some(
        of<object>({ request: { add: { [HEADER]: 'more' } } }, { response: { set: { 'x-answer': 'set' } } }),
      ),
      timeout: some(of('2s')),
    }),
    match: some(of<object>({ uri: { prefix: '/a' } }, { method: { exact: 'GET' } })),
    backend,
    sni: some(of('out.example')),
    hasEntry: of(true, true, true, false),
  })
  .map(({ isMutual, hosts, namespace, toExit, fromExit, match, backend: to, sni, hasEntry }) => [
    {
      apiVersion: apiVersions.networking,
      kind: 'Gateway',
      metadata: { namespace: EXIT.namespace, name: EXIT.name },
      spec: {
        selector: { app: EXIT.name },
        servers: [
          {
            port: { number: EXIT.port, name: 'out', protocol: isMutual ? 'HTTPS' : 'HTTP' },
            hosts,
            ...(isMutual ? { tls: { mode: 'ISTIO_MUTUAL' } } : {}),
          },
        ],
      },
    },
    {
      apiVersion: apiVersions.networking,
      kind: 'VirtualService',
      metadata: { namespace, name: 'through-exit' },
      spec: {
        hosts: ['out.example'],
        gateways: ['mesh', `${EXIT.namespace}/${EXIT.name}`],
        http: [
          {
            match: [{ gateways: ['mesh'], port: 80 }],
            route: [
              { destination: { host: HOST, port: { number: EXIT.port }, ...(isMutual ? { subset: 'mutual' } : {}) } },
            ],
            ...toExit,
          },
          {
            match: [{ gateways: [`${EXIT.namespace}/${EXIT.name}`], port: EXIT.port, ...match }],
            route: [{ destination: to }],
            ...fromExit,
          },
        ],
      },
    },
    ...(isMutual
      ? [
          {
            apiVersion: apiVersions.networking,
            kind: 'DestinationRule',
            metadata: { namespace: EXIT.namespace, name: EXIT.name },
            spec: {
              host: HOST,
              subsets: [{ name: 'mutual', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL', ...(sni ? { sni } : {}) } } }],
            },
          },
        ]
      : []),
    ...(hasEntry
      ? [
          {
            apiVersion: apiVersions.networking,
            kind: 'ServiceEntry',
            metadata: { namespace: EXIT.namespace, name: 'beyond-exit' },
            spec: {
              hosts: ['out.example'],
              ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
              resolution: 'STATIC',
              location: 'MESH_EXTERNAL',
              endpoints: [{ address: '10.99.0.9' }],
            },
          },
        ]
      : []),
  ]);
