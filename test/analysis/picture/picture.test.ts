import fc from 'fast-check';
import { pageOf, pictureOf, svgOf } from '../../../lib/analysis';
import { comparedPicture } from '../../../lib/analysis/picture';
import { layoutOf } from '../../../lib/analysis/picture/layout';
import { linesOf } from '../../../lib/analysis/picture/lines';
import type { Picture, PictureNode } from '../../../lib/analysis/picture/model';
import { Cluster } from '../../../lib/manifests';
import { Manifests } from '../../../lib/testing';
import { deployment, meshed, PAY_ROUTES, policy, server } from '../../support/mesh-manifests';

const clusterOf = (...texts: readonly string[]) => new Cluster(Manifests.ofYaml(texts.join('')).resources);
const WEB = deployment('shop', 'web');
const SPLIT = `${PAY_ROUTES}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pay, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: pay}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: pay, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: pay-v1}, maxReplicas: 3}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: pay, namespace: shop}
`;
const PAY = server('shop', 'pay', 'v1') + deployment('shop', 'pay', 'v2');
const ONLY_WEB = policy('shop', 'pay', '[{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]');
const shop = clusterOf(meshed('shop'), WEB, PAY, SPLIT, ONLY_WEB);
const nodeOf = (picture: Picture, id: string) => picture.nodes.find(each => each.id === id);

describe('a picture', () => {
  const picture = pictureOf(shop, false);

  test('has a Service as one box with its versions and their weights', () => {
    const pay = nodeOf(picture, 'Service shop/pay');

    expect(pay && linesOf(pay)).toEqual(['pay', 'v1 90%', 'v2 10%']);
    expect(pay?.kind).toBe('service');
    expect(nodeOf(picture, 'Deployment shop/web')?.kind).toBe('workload');
  });

  test('has a call with the port, the shares and the terms of its routes', () => {
    expect(picture.calls).toEqual([
      expect.objectContaining({
        from: 'Deployment shop/web',
        to: 'Service shop/pay',
        terms: [':8080', 'v1 90%, v2 10%', 'timeout 2 s'],
        isUnconditional: true,
        requests: ['pay.shop:80'],
      }),
    ]);
  });

  test('has the objects that make a service and apply to it', () => {
    expect(nodeOf(picture, 'Service shop/pay')?.objects.map(each => each.title)).toEqual([
      'Service shop/pay',
      'Deployment shop/pay-v1',
      'ServiceAccount shop/pay',
      'DestinationRule shop/pay',
      'VirtualService shop/pay',
      'AuthorizationPolicy shop/pay',
      'PeerAuthentication shop/default',
      'HorizontalPodAutoscaler shop/pay',
      'PodDisruptionBudget shop/pay',
      'Deployment shop/pay-v2',
    ]);
  });

  test('has of the budgets of a namespace those whose whole selector has the labels of a pod', () => {
    const budget = (name: string, selector: string) => `---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: ${name}, namespace: shop}
spec: {minAvailable: 1, selector: ${selector}}
`;
    const cluster = clusterOf(
      meshed('shop'),
      PAY,
      budget('all', '{}'),
      budget('v1', '{matchLabels: {app: pay, version: v1}}'),
      budget('v3', '{matchLabels: {app: pay, version: v3}}'),
      budget('some', '{matchExpressions: [{key: version, operator: In, values: [v2, v3]}]}'),
    );
    const found = nodeOf(pictureOf(cluster, false), 'Service shop/pay')?.objects.map(each => each.title);

    expect(found?.filter(each => each.startsWith('PodDisruptionBudget')).sort()).toEqual([
      'PodDisruptionBudget shop/all',
      'PodDisruptionBudget shop/some',
      'PodDisruptionBudget shop/v1',
    ]);
  });

  test('has the findings of the checks once for each service, if they are wanted', () => {
    const nowhere = policy('shop', 'web', '[{from: [{source: {namespaces: [nowhere]}}]}]');
    const cluster = clusterOf(meshed('shop'), WEB, PAY, nowhere);

    expect(nodeOf(pictureOf(cluster, true), 'Deployment shop/web')?.findings).not.toEqual([]);
    expect(nodeOf(pictureOf(cluster, false), 'Deployment shop/web')?.findings).toEqual([]);
  });

  test('has a host outside, and each host that is requested from outside', () => {
    const text = `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: bank, namespace: shop}
spec: {hosts: [bank.example], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: shop}
spec: {template: {metadata: {labels: {istio: gateway}}, spec: {containers: [{name: istio-proxy, image: auto}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: shop}
spec: {type: LoadBalancer, selector: {istio: gateway}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gateway, namespace: shop}
spec: {selector: {istio: gateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example, b.example]}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge, namespace: shop}
spec: {hosts: [a.example, b.example], gateways: [gateway], http: [{route: [{destination: {host: pay}}]}]}
`;
    const outside = pictureOf(clusterOf(meshed('shop'), WEB, PAY, text), false).nodes.filter(
      each => each.namespace === '',
    );

    expect(outside.map(({ kind, label }) => [kind, label])).toEqual([
      ['edge', 'http://a.example:80'],
      ['edge', 'http://b.example:80'],
      ['host', 'bank.example'],
    ]);
  });
});

describe('a comparison', () => {
  const before = clusterOf(meshed('shop'), WEB, PAY, ONLY_WEB);
  const after = clusterOf(meshed('shop'), WEB, server('shop', 'cart'), PAY, SPLIT, ONLY_WEB);
  const picture = comparedPicture(pictureOf(before, false), pictureOf(after, false), before, after);

  test('marks what is added, removed and changed', () => {
    expect(picture.nodes.map(({ id, difference }) => [id, difference])).toEqual([
      ['Service shop/cart', 'added'],
      ['Service shop/pay', 'changed'],
      ['Deployment shop/web', 'same'],
    ]);
    const back = comparedPicture(pictureOf(after, false), pictureOf(before, false), after, before);
    expect(nodeOf(back, 'Service shop/cart')?.difference).toBe('removed');
  });

  test('has the terms before and after of a call that exists in both', () => {
    const call = picture.calls.find(({ from, to }) => from === 'Deployment shop/web' && to === 'Service shop/pay');

    expect(call?.difference).toBe('changed');
    expect(call?.before).toContain(':8080');
    expect(call?.terms).toContain('v1 90%, v2 10%');
  });

  test('of the same manifests has no difference', () => {
    const same = comparedPicture(pictureOf(before, false), pictureOf(before, false), before, before);
    expect([...same.nodes, ...same.calls].every(each => each.difference === 'same')).toBe(true);
  });
});

const PLAIN = { kind: 'service', versions: [], findings: [], objects: [], difference: 'same' } as const;
const named = (label: string, namespace = 'n'): PictureNode => ({
  ...PLAIN,
  id: `Service ${namespace}/${label}`,
  label,
  namespace,
});

test('boxes do not overlap, and lie in the box of their namespace and in the picture', () => {
  const graphs = fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
    pairs: fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 40 }),
    hosts: fc.nat(3),
  });
  fc.assert(
    fc.property(graphs, ({ sizes, pairs, hosts }) => {
      const inside = sizes.flatMap((size, index) =>
        Array.from({ length: size }, (_, each) => named(`s${each}`, `n${index}`)),
      );
      const outside = Array.from({ length: hosts }, (_, each): PictureNode => ({
        ...named(`h${each}`, ''),
        kind: 'host',
      }));
      const nodes = [...inside, ...outside];
      const keys = new Map(
        pairs.flatMap(([a, b]) => {
          const [from, to] = [nodes[a % nodes.length]?.id, nodes[b % nodes.length]?.id];
          return from === undefined || to === undefined ? [] : [[`${from} ${to}`, { from, to }] as const];
        }),
      );
      const calls = [...keys.values()].map(each => ({
        ...each,
        terms: [':80', 'timeout 2 s'],
        isUnconditional: true,
        caller: '',
        requests: [],
        difference: 'same' as const,
      }));
      const { width, height, groups, nodes: boxes } = layoutOf({ nodes, calls });
      const all = [...boxes];
      expect(all).toHaveLength(nodes.length);
      for (const [index, [id, box]] of all.entries()) {
        expect(box.x >= -0.1 && box.y >= -0.1).toBe(true);
        expect(box.x + box.width <= width + 0.1 && box.y + box.height <= height + 0.1).toBe(true);
        const group = groups.find(({ name }) => id.startsWith(`Service ${name}/`) && name !== '');
        expect(!group || (box.x > group.x && box.x + box.width < group.x + group.width)).toBe(true);
        for (const [, other] of all.slice(index + 1)) {
          const isApart =
            box.x + box.width <= other.x + 0.1
            || other.x + other.width <= box.x + 0.1
            || box.y + box.height <= other.y + 0.1
            || other.y + other.height <= box.y + 0.1;
          expect(isApart).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

const HOSTILE = '</script><script>alert(1)</script>"\'&{{drawing}}$&<img src=x onerror=alert(1)>\u202e\u0000';

describe('text of manifests', () => {
  const picture: Picture = {
    nodes: [{ ...named(HOSTILE, HOSTILE), objects: [{ title: HOSTILE, difference: 'same' }] }],
    calls: [],
  };

  test('cannot become markup of the SVG', () => {
    const svg = svgOf(picture, HOSTILE);
    expect(svg).not.toMatch(/<script|<img|\u202e|\u0000|&(?!#\d+;)/);
    expect(svg.match(/<svg/g)).toHaveLength(1);
  });

  test('cannot become markup, a program or a placeholder of the page', () => {
    const page = pageOf(picture, { title: HOSTILE, requests: [], isComparison: false, changes: [HOSTILE] });
    expect(page.match(/<script/g)).toHaveLength(8);
    expect(page).not.toContain('<img');
    expect(page.match(/<svg/g)).toHaveLength(1);
    const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(page)?.[1] ?? '') as { changes: string[] };
    expect(data.changes).toEqual([HOSTILE.replace('\u202e', '\\u{202e}').replace('\u0000', '\\u{0}')]);
  });
});

test('a page permits its own programs and styles alone, and no connections', () => {
  const page = pageOf(pictureOf(shop, false), { title: 'a', requests: [], isComparison: false, changes: [] });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
  expect(policy).toMatch(/^default-src &#39;none&#39;; style-src &#39;sha256-/);
  expect(policy).not.toMatch(/unsafe|connect-src|https?:/);
  expect(page).not.toMatch(/(src|href)="(?!#)/);
});

test('more than 4,000 calls are not drawn, and the picture states that', () => {
  const nodes = Array.from({ length: 65 }, (_, each) => named(`s${each}`));
  const calls = nodes.flatMap(from =>
    nodes.map(to => ({
      from: from.id,
      to: to.id,
      terms: [to.id],
      isUnconditional: true,
      caller: '',
      requests: [],
      difference: 'same' as const,
    })),
  );
  const svg = svgOf({ nodes, calls }, 'a');
  expect(svg).not.toContain('data-call');
  expect(svg).toContain('65 services, 4225 calls. Dashed: some requests are allowed only. So many calls are not drawn');
});
