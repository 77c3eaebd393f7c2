import type { KubernetesObject } from '../lib/manifests';
import {
  POLICIES,
  authorization,
  calling,
  deployment,
  destinationRule,
  gateway,
  httpRoute,
  k8sGateway,
  namespace,
  networkPolicy,
  object,
  service,
  times,
  virtualService,
} from './shape-objects';

/** By name, the objects of a size: shapes that invite comparing each object with each. */
export const SHAPES: Readonly<Record<string, (size: number) => KubernetesObject[]>> = {
  'services with pods': size =>
    times(size, index => [
      service(`s${index}`, { app: `a${index}` }),
      deployment(`d${index}`, { app: `a${index}` }),
    ]).flat(),
  'services that select all pods': size => [
    ...times(size, index => service(`s${index}`, { tier: 'web' })),
    ...times(size, index => deployment(`d${index}`, { app: `a${index}`, tier: 'web' })),
  ],
  'policies for all pods': size => [
    ...times(size, index => deployment(`d${index}`, { app: `a${index}` })),
    ...times(size, index =>
      object('networking.k8s.io/v1', 'NetworkPolicy', `n${index}`, {
        spec: { podSelector: {}, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }], policyTypes: ['Egress'] },
      }),
    ),
  ],
  'authorization of all pods': size => [
    ...times(size, index => deployment(`d${index}`, { app: `a${index}` })),
    ...times(size, index =>
      object('security.istio.io/v1', 'AuthorizationPolicy', `p${index}`, {
        spec: { rules: [{ from: [{ source: { namespaces: [`n${index}`] } }] }] },
      }),
    ),
  ],
  'gateways with one host each': size => times(size, index => gateway(`g${index}`, [`h${index}.example`])),
  'gateways with one wildcard each': size => times(size, index => gateway(`g${index}`, [`*.h${index}.example`])),
  'routes at one gateway': size => [
    gateway(
      'g',
      times(size, index => `h${index}.example`),
    ),
    ...times(size, index => virtualService(`v${index}`, [`h${index}.example`], 'web', { gateways: ['g'] })),
    service('web', { app: 'web' }),
  ],
  'routes of one host': size => [
    gateway('g', ['*']),
    ...times(size, index => virtualService(`v${index}`, ['a.example'], 'web', { gateways: ['g'] })),
    service('web', { app: 'web' }),
  ],
  'listeners of one port': size => [
    object('gateway.networking.k8s.io/v1', 'Gateway', 'g', {
      spec: {
        gatewayClassName: 'istio',
        listeners: times(size, index => ({
          name: `l${index}`,
          port: 80,
          protocol: 'HTTP',
          hostname: `h${index}.example`,
        })),
      },
    }),
  ],
  'subsets of one host': size => [
    service('web', { tier: 'web' }),
    ...times(size, index => deployment(`d${index}`, { app: `a${index}`, tier: 'web', version: `v${index}` })),
    object('networking.istio.io/v1', 'DestinationRule', 'web', {
      spec: { host: 'web', subsets: times(size, index => ({ name: `v${index}`, labels: { version: `v${index}` } })) },
    }),
  ],
  'matches of one route': size => [
    service('web', { app: 'web' }),
    object('networking.istio.io/v1', 'VirtualService', 'web', {
      spec: {
        hosts: ['web'],
        http: times(size, index => ({
          match: [{ uri: { exact: `/p${index}` } }],
          timeout: '1s',
          route: [{ destination: { host: 'web' } }],
        })),
      },
    }),
  ],
  'external hosts': size =>
    times(size, index =>
      object('networking.istio.io/v1', 'ServiceEntry', `e${index}`, {
        spec: {
          hosts: [`h${index}.example`, `*.w${index}.example`],
          resolution: 'NONE',
          ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
        },
      }),
    ),
  'sidecars of one namespace': size => [
    ...times(size, index => service(`s${index}`, { app: `a${index}` })),
    ...times(size, index => deployment(`d${index}`, { app: `a${index}` })),
    ...times(size, index =>
      object('networking.istio.io/v1', 'Sidecar', `c${index}`, {
        spec: {
          workloadSelector: { labels: { app: `a${index}` } },
          egress: [{ hosts: [`./s${(index + 1) % size}.shop.svc.cluster.local`] }],
        },
      }),
    ),
  ],
  'policies for all pods, and one each': size => [
    ...times(size, index => [
      deployment(`d${index}`, { app: `a${index}` }),
      networkPolicy(`n${index}`, {}),
      networkPolicy(`o${index}`, { matchLabels: { app: `a${index}` } }),
    ]).flat(),
  ],
  'calls in a chain, with policies for all pods': size => [
    ...times(size, index => [
      service(`s${index}`, { app: `a${index}` }),
      calling(`d${index}`, `a${index}`, [`s${index + 1}`]),
      networkPolicy(`n${index}`, {}),
    ]).flat(),
  ],
  'callers of one service': size => [
    service('web', { app: 'web' }),
    deployment('web', { app: 'web' }),
    ...times(size, index => calling(`d${index}`, `a${index}`, ['web'])),
    authorization('web', { matchLabels: { app: 'web' } }, [
      { from: [{ source: { principals: times(size, index => `cluster.local/ns/shop/sa/d${index}`) } }] },
    ]),
  ],
  'callees of one caller': size => [
    calling(
      'web',
      'web',
      times(size, index => `s${index}`),
    ),
    ...times(size, index => [
      service(`s${index}`, { app: `a${index}` }),
      deployment(`d${index}`, { app: `a${index}` }),
    ]).flat(),
  ],
  'rules for one host each': size =>
    times(size, index => [
      service(`s${index}`, { app: `a${index}` }),
      destinationRule(`r${index}`, `s${index}`),
      virtualService(`v${index}`, [`s${index}`], `s${index}`),
    ]).flat(),
  'rules for wildcard hosts': size => times(size, index => destinationRule(`r${index}`, `*.h${index}.example`)),
  'rules of one host': size => [
    service('web', { app: 'web' }),
    ...times(size, index => destinationRule(`r${index}`, 'web')),
  ],
  'routes for wildcard hosts': size =>
    times(size, index => virtualService(`v${index}`, [`*.h${index}.example`], 'web')),
  'delegates of one route': size => [
    service('web', { app: 'web' }),
    gateway('g', ['*']),
    object('networking.istio.io/v1', 'VirtualService', 'root', {
      spec: {
        hosts: ['a.example'],
        gateways: ['g'],
        http: times(size, index => ({
          match: [{ uri: { prefix: `/p${index}` } }],
          delegate: { name: `v${index}`, namespace: 'shop' },
        })),
      },
    }),
    ...times(size, index => virtualService(`v${index}`, [], 'web', { hosts: undefined })),
  ],
  'entries of one host': size =>
    times(size, index =>
      object('networking.istio.io/v1', 'ServiceEntry', `e${index}`, {
        spec: {
          hosts: ['a.example'],
          resolution: 'DNS',
          ports: [{ number: 443 + index, name: 'tls', protocol: 'TLS' }],
        },
      }),
    ),
  'entries with endpoints of one label': size => [
    ...times(size, index =>
      object('networking.istio.io/v1', 'WorkloadEntry', `w${index}`, {
        spec: { address: `10.0.${index >> 8}.${index & 255}`, labels: { app: 'vm' } },
      }),
    ),
    ...times(size, index =>
      object('networking.istio.io/v1', 'ServiceEntry', `e${index}`, {
        spec: {
          hosts: [`h${index}.example`],
          resolution: 'STATIC',
          ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
          workloadSelector: { labels: { app: 'vm' } },
        },
      }),
    ),
  ],
  'policies of each kind for one pod each': size =>
    times(size, index => [
      deployment(`d${index}`, { app: `a${index}` }),
      ...POLICIES.map(([apiVersion, kind, spec]) =>
        object(apiVersion, kind, `p${index}`, { spec: { selector: { matchLabels: { app: `a${index}` } }, ...spec } }),
      ),
    ]).flat(),
  'policies of each kind for all pods': size =>
    times(size, index => [
      deployment(`d${index}`, { app: `a${index}`, tier: 'web' }),
      ...POLICIES.map(([apiVersion, kind, spec]) =>
        object(apiVersion, kind, `p${index}`, { spec: { selector: { matchLabels: { tier: 'web' } }, ...spec } }),
      ),
    ]).flat(),
  'filters of one namespace': size => [
    ...times(size, index => deployment(`d${index}`, { app: `a${index}` })),
    ...times(size, index =>
      object('networking.istio.io/v1alpha3', 'EnvoyFilter', `f${index}`, {
        spec: {
          configPatches: [
            {
              applyTo: 'HTTP_FILTER',
              patch: { operation: 'INSERT_BEFORE', value: { name: `envoy.filters.f${index}` } },
            },
          ],
        },
      }),
    ),
  ],
  'namespaces with one service each': size =>
    times(size, index => [
      { ...namespace, metadata: { ...namespace.metadata, name: `n${index}` } },
      ...[service('web', { app: 'web' }), deployment('web', { app: 'web' }), destinationRule('web', 'web')].map(
        each => ({
          ...each,
          metadata: { ...each.metadata, namespace: `n${index}` },
        }),
      ),
    ]).flat(),
  'budgets and scalers': size =>
    times(size, index => [
      deployment(`d${index}`, { app: `a${index}`, tier: 'web' }),
      object('policy/v1', 'PodDisruptionBudget', `b${index}`, {
        spec: { maxUnavailable: 1, selector: { matchLabels: { tier: 'web' } } },
      }),
      object('autoscaling/v2', 'HorizontalPodAutoscaler', `h${index}`, {
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `d${index}` }, maxReplicas: 3 },
      }),
    ]).flat(),
  'routes of the Gateway API with one host each': size => [
    k8sGateway('g'),
    service('web', { app: 'web' }),
    ...times(size, index => httpRoute(`r${index}`, [`h${index}.example`])),
  ],
  'routes of the Gateway API of one host': size => [
    k8sGateway('g'),
    service('web', { app: 'web' }),
    ...times(size, index => httpRoute(`r${index}`, ['a.example'], `/p${index}`)),
  ],
  'gateways of the Gateway API': size => times(size, index => k8sGateway(`g${index}`)),
  'routes of the mesh': size => [
    ...times(size, index => service(`s${index}`, { app: `a${index}` })),
    ...times(size, index => ({
      ...httpRoute(`r${index}`, []),
      spec: {
        parentRefs: [{ group: '', kind: 'Service', name: `s${index}`, port: 80 }],
        rules: [{ backendRefs: [{ name: `s${(index + 1) % size}`, port: 80 }] }],
      },
    })),
  ],
  'gateways of one certificate': size => [
    object('v1', 'Secret', 'tls', { type: 'kubernetes.io/tls' }),
    ...times(size, index =>
      object('networking.istio.io/v1', 'Gateway', `g${index}`, {
        spec: {
          selector: { istio: 'ingressgateway' },
          servers: [
            {
              port: { number: 443, name: 'https', protocol: 'HTTPS' },
              hosts: [`h${index}.example`],
              tls: { mode: 'SIMPLE', credentialName: 'tls' },
            },
          ],
        },
      }),
    ),
  ],
};
