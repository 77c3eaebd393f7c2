import fc from 'fast-check';
import { contextOf } from '../../../lib/dataplane';
import { openPathsOf, trafficPathsOf } from '../../../lib/dataplane/graph/traffic-paths';
import { Cluster, type KubernetesObject, resourcesOf } from '../../../lib/manifests';
import { Manifests, Traffic } from '../../../lib/testing';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const name = fc.constantFrom(...NAMES);
const namespaceOf = (each: string) => (each === 'd' ? 'other' : 'shop');
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const podSelector = some(
  fc.oneof(
    fc.constant({}),
    name.map(app => ({ matchLabels: { app } })),
    fc.record({
      matchExpressions: fc
        .record({ key: fc.constant('app'), operator: fc.constantFrom('In', 'NotIn'), values: fc.subarray([...NAMES]) })
        .map(each => [each]),
    }),
  ),
);
const peer = fc.oneof(
  fc.record({
    podSelector,
    namespaceSelector: some(
      fc.constantFrom({}, { matchLabels: { team: 'other' } }, { matchLabels: { team: 'nobody' } }),
    ),
  }),
  fc.constantFrom({ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '198.51.100.0/24' } }),
);
const rule = (field: 'from' | 'to') =>
  fc.record({
    [field]: some(fc.array(peer, { maxLength: 2 })),
    ports: some(fc.constantFrom([], [{ port: 8080 }], [{ port: 9090 }], [{ port: 8000, endPort: 8080 }])),
  });
const networkPolicy = fc.record({
  namespace: fc.constantFrom('shop', 'shop', 'other'),
  podSelector: podSelector.map(each => each ?? {}),
  policyTypes: some(fc.subarray(['Ingress', 'Egress'], { minLength: 1 })),
  ingress: some(fc.array(rule('from'), { maxLength: 2 })),
  egress: some(fc.array(rule('to'), { maxLength: 2 })),
});
const world = fc.record({
  isInMesh: fc.boolean(),
  policies: fc.array(networkPolicy, { minLength: 1, maxLength: 3 }),
  services: fc.tuple(
    ...NAMES.map(each =>
      fc.record({
        name: fc.constant(each),
        selected: fc.constantFrom(each, each, each, 'a', 'none'),
        isHeadless: fc.constantFrom(false, false, false, true),
        portName: fc.constantFrom('http', 'http', 'tcp'),
      }),
    ),
  ),
  routes: fc.array(
    fc.record({
      hosts: fc.constantFrom(['a'], ['b'], ['a', 'c'], ['*.shop.svc.cluster.local'], ['made-up.example']),
      source: some(name),
      to: fc.constantFrom(...NAMES, 'nowhere'),
      kind: fc.constantFrom('http', 'http', 'tcp'),
    }),
    { maxLength: 2 },
  ),
  allowed: some(fc.subarray([...NAMES])),
  imports: some(fc.constantFrom(['./*'], ['./a.shop.svc.cluster.local'], ['other/*'])),
  outbound: some(fc.constantFrom('ALLOW_ANY', 'REGISTRY_ONLY')),
  hasEntry: fc.boolean(),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

const hostOf = (each: string) =>
  each === 'nowhere' ? 'nowhere.shop.svc.cluster.local' : `${each}.${namespaceOf(each)}.svc.cluster.local`;

function objectsOf({ services, policies, routes, allowed, imports, ...more }: World): KubernetesObject[] {
  const object = (apiVersion: string, kind: string, name: string, namespace: string, fields: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...fields,
  });
  return [
    ...['shop', 'other'].map(each => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: each,
        labels: { team: each, ...(more.isInMesh ? { 'istio-injection': 'enabled' } : {}) } as Record<string, string>,
      },
    })),
    ...services.flatMap(({ name, selected, isHeadless, portName }) => [
      object('v1', 'Service', name, namespaceOf(name), {
        spec: {
          ...(isHeadless ? { clusterIP: 'None' } : {}),
          selector: { app: selected },
          ports: [{ name: portName, port: 80, targetPort: isHeadless ? 80 : 8080 }],
        },
      }),
      object('apps/v1', 'Deployment', name, namespaceOf(name), {
        spec: {
          selector: { matchLabels: { app: name } },
          template: {
            metadata: { labels: { app: name } },
            spec: { serviceAccountName: name, containers: [{ name: 'app', image: 'a' }] },
          },
        },
      }),
    ]),
    ...policies.map(({ namespace, ...spec }, index) =>
      object('networking.k8s.io/v1', 'NetworkPolicy', `n${index}`, namespace, { spec }),
    ),
    ...routes.map(({ hosts, source, to, kind }, index) =>
      object('networking.istio.io/v1', 'VirtualService', `v${index}`, 'shop', {
        spec: {
          hosts,
          [kind]: [
            {
              ...(source === undefined ? {} : { match: [{ sourceLabels: { app: source } }] }),
              route: [{ destination: { host: hostOf(to), port: { number: 80 } } }],
            },
          ],
        },
      }),
    ),
    ...(allowed
      ? [
          object('security.istio.io/v1', 'AuthorizationPolicy', 'p', 'shop', {
            spec: {
              rules: [
                {
                  from: [
                    {
                      source: {
                        principals: allowed.map(each => `cluster.local/ns/${namespaceOf(each)}/sa/${each}`),
                      },
                    },
                  ],
                },
              ],
            },
          }),
        ]
      : []),
    ...(imports
      ? [
          object('networking.istio.io/v1', 'Sidecar', 'default', 'shop', {
            spec: {
              egress: [{ hosts: imports }],
              ...(more.outbound ? { outboundTrafficPolicy: { mode: more.outbound } } : {}),
            },
          }),
        ]
      : []),
    ...(more.hasEntry
      ? [
          object('networking.istio.io/v1', 'ServiceEntry', 'e', 'shop', {
            spec: {
              hosts: ['e.example'],
              ports: [{ name: 'http', number: 80, protocol: 'HTTP' }],
              resolution: 'STATIC',
              location: 'MESH_INTERNAL',
              workloadSelector: { labels: { app: 'b' } },
            },
          }),
        ]
      : []),
  ];
}

test('the pairs that a matrix leaves out before reading routes are those that NetworkPolicies deny', () => {
  fc.assert(
    fc.property(world, each => {
      expect(openEnds(openPathsOf, each)).toEqual(openEnds(trafficPathsOf, each));
    }),
    { numRuns: 150 },
  );
});

function openEnds(pathsOf: typeof trafficPathsOf, each: World): unknown {
  try {
    return pathsOf(contextOf(new Cluster(resourcesOf(objectsOf(each)))))
      .flatMap(({ ends, ...path }) => ends.map(end => ({ ...path, ...end })))
      .filter(end => end.isReached && end.isAllowed !== false)
      .map(end => JSON.stringify(end))
      .sort();
  } catch (error) {
    return String(error);
  }
}

test('a matrix has the pairs that single requests and connections have', () => {
  fc.assert(
    fc.property(world, each => {
      const traffic = Traffic.of(
        Manifests.ofYaml(
          objectsOf(each)
            .map(object => JSON.stringify(object))
            .join('\n---\n'),
        ),
      );
      const pairs = new Set(traffic.matrix().reaches.map(({ from, to }) => `${from} → ${to.split(':')[0] ?? ''}`));
      const found = NAMES.flatMap(caller => {
        const from = `${namespaceOf(caller)}/${caller}`;
        return [...NAMES.map(hostOf), 'e.example', 'made-up.example'].flatMap(host =>
          [() => traffic.from(from).http(`GET http://${host}/`), () => traffic.from(from).tcp(`${host}:80`)].flatMap(
            send => destinationsOf(send).map(to => `${from} → ${to}`),
          ),
        );
      });
      expect([...new Set(found)].filter(pair => !pairs.has(pair))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

function destinationsOf(send: () => { readonly outcomes: readonly { readonly destination: string }[] }): string[] {
  try {
    return send()
      .outcomes.map(each => each.destination)
      .filter(each => NAMES.some(name => each === `${namespaceOf(name)}/${name}`));
  } catch {
    return [];
  }
}
