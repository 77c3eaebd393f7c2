import { CHECKS, checkManifests } from '../lib/checks';
import { Cluster, type KubernetesObject, resourcesOf } from '../lib/manifests';

/**
 * How the time of all checks grows with the number of objects, over shapes that invite comparing each with each: sizes
 * doubled three times, and the exponent of the growth, which is 1 where it is linear. Usage: tsx bench/scaling.ts [SHAPE]
 */
const SMALLEST = 250;
const DOUBLINGS = 3;
const LIMIT = 1.2;

const object = (apiVersion: string, kind: string, name: string, fields: object): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'shop' },
  ...fields,
});
const namespace: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { 'istio-injection': 'enabled' } },
};
const deployment = (name: string, labels: object) =>
  object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'app', image: 'a', ports: [{ containerPort: 8080 }] }] },
      },
    },
  });
const service = (name: string, selector: object) =>
  object('v1', 'Service', name, { spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } });
const gateway = (name: string, hosts: string[]) =>
  object('networking.istio.io/v1', 'Gateway', name, {
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }],
    },
  });
const virtualService = (name: string, hosts: string[], host: string, more: object = {}) =>
  object('networking.istio.io/v1', 'VirtualService', name, {
    spec: { hosts, http: [{ timeout: '1s', route: [{ destination: { host } }] }], ...more },
  });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** By name, the objects of a size. */
const SHAPES: Readonly<Record<string, (size: number) => KubernetesObject[]>> = {
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
};

const [only] = process.argv.slice(2);
let isSlow = false;
for (const [name, make] of Object.entries(SHAPES).filter(([each]) => only === undefined || each === only)) {
  const sizes = times(DOUBLINGS + 1, index => SMALLEST * 2 ** index);
  const seconds = sizes.map(size =>
    secondsOf(() => checkManifests(new Cluster(resourcesOf([namespace, ...make(size)])))),
  );
  const exponent = Math.log2((seconds.at(-1) ?? NaN) / (seconds[0] ?? NaN)) / DOUBLINGS;
  const slowest = exponent > LIMIT ? `  ${slowestOf(make)}` : '';
  isSlow ||= exponent > LIMIT;
  console.log(
    `${name.padEnd(34)}${seconds.map(each => `${each.toFixed(2)} s`.padStart(9)).join('')}${exponent.toFixed(2).padStart(7)}${slowest}`,
  );
}
process.exitCode = isSlow ? 1 : 0;

/** Time of the processor: other programs of the machine do not count. The better of two. */
function secondsOf(run: () => unknown): number {
  return Math.min(
    ...times(2, () => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1e6;
    }),
  );
}

/** The check with the largest exponent of those that take a noticeable time. */
function slowestOf(make: (size: number) => KubernetesObject[]): string {
  const [small, large] = [2, DOUBLINGS].map(index => {
    const cluster = new Cluster(resourcesOf([namespace, ...make(SMALLEST * 2 ** index)]));
    checkManifests(cluster);
    return CHECKS.map(each => secondsOf(() => [...each.find(cluster)]));
  });
  const grown = CHECKS.map(({ id }, index) => ({ id, before: small?.[index] ?? 0, after: large?.[index] ?? 0 }));
  const [worst] = grown.sort((a, b) => b.after - a.after);
  return worst ? `${worst.id}: ${worst.before.toFixed(2)} s, ${worst.after.toFixed(2)} s` : '';
}
