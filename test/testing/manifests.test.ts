import { ApiObject, Chart } from 'cdk8s';
import { assert, constantFrom, dictionary, property, shuffledSubarray, string } from 'fast-check';
import { boutique } from '../../bin/boutique';
import { ClusterApp, Mesh, TopologyChart } from '../../lib';
import { Capture, Manifests, Match } from '../../lib/testing';
import { temporaryFolder } from '../support/temporary-folder';

const YAML = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  ports: [{ name: http, port: 80 }]
---
apiVersion: v1
kind: Service
metadata: { name: cart, namespace: shop }
spec:
  ports: [{ name: grpc, port: 7070 }, { name: http, port: 80 }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { mode: fast }
`;

const manifests = Manifests.ofYaml(YAML);

function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
}

test('an object is there that has at least the expected fields', () => {
  manifests.has('Service', { metadata: { name: 'web' } });
  manifests.has('Service', { spec: { ports: Match.arrayWith([Match.objectLike({ port: 7070 })]) } });
  manifests.has('ConfigMap', { data: { mode: Match.stringLikeRegexp('^f'), speed: Match.absent() } });
  manifests.has('ConfigMap');
});

test('the message shows the closest object, where it is, and where it differs', () => {
  const message = messageOf(() =>
    manifests.has('Service', {
      metadata: { name: 'cart', namespace: 'shop' },
      spec: { ports: [{ port: 7071 }, { port: 80 }] },
    }),
  );

  expect(message).toContain('None of 2 objects of kind Service matches: shop/web, shop/cart.');
  expect(message).toContain('The closest is Service shop/cart (text:7), which differs in:');
  expect(message).toContain('Expected 7071 but received 7070 at /spec/ports/0/port');
});

test('the message lists what exists where a kind is missing', () => {
  expect(messageOf(() => manifests.has('Deployment'))).toBe(
    'No object of kind Deployment exists. Existing kinds: ConfigMap, Service.',
  );
  expect(messageOf(() => Manifests.ofYaml('').has('Deployment'))).toBe(
    'No object of kind Deployment exists. No objects exist.',
  );
});

test('objects are counted', () => {
  manifests.count('Service', 2);
  manifests.count('Deployment', 0);

  expect(messageOf(() => manifests.count('Service', 1))).toBe(
    'Expected 1 objects of kind Service, but found 2: shop/web, shop/cart.',
  );
});

test('objects that are as described are counted', () => {
  const secure = { spec: { ports: Match.arrayWith([Match.objectLike({ name: 'http' })]) } };
  manifests.count('Service', 2, secure);
  manifests.count('Service', 0, { spec: { type: 'LoadBalancer' } });

  expect(messageOf(() => manifests.count('Service', 2, { metadata: { name: 'web' } }))).toBe(
    'Expected 2 objects of kind Service, but found 1 of 2: shop/web.',
  );
  expect(messageOf(() => manifests.count('Service', 1, { metadata: { name: 'wep' } }))).toBe(
    'Expected 1 objects of kind Service, but found 0 of 2. Existing objects: shop/web, shop/cart.',
  );
});

test('all objects of a kind are as expected, and the message shows one that is not', () => {
  const name = new Capture();
  manifests.all('Service', { metadata: { namespace: 'shop', name } });
  expect([name.asString(), name.next(), name.asString()]).toEqual(['web', true, 'cart']);

  const message = messageOf(() => manifests.all('Service', { spec: { ports: [{ port: 80 }] } }));
  expect(message).toContain(
    '1 of 2 objects of kind Service do not match: shop/cart.\nThe closest is Service shop/cart (text:7), '
      + 'which differs in:',
  );
  expect(messageOf(() => manifests.all('Deployment', {}))).toContain('No object of kind Deployment exists.');
});

test('kinds of one name are distinguished by their groups', () => {
  const gateway = (group: string) =>
    `apiVersion: ${group}/v1\nkind: Gateway\nmetadata: { name: door, namespace: shop }\n`;
  const both = Manifests.ofYaml(`${gateway('networking.istio.io')}---\n${gateway('gateway.networking.k8s.io')}`);

  both.count('Gateway', 2);
  both.count('Gateway.networking.istio.io', 1);
  both.hasNot('Gateway.networking.istio.io', { apiVersion: 'gateway.networking.k8s.io/v1' });
  expect(both.get('Gateway.gateway.networking.k8s.io', 'door').apiVersion).toBe('gateway.networking.k8s.io/v1');
  expect(messageOf(() => both.get('Gateway', 'door'))).toBe(
    '2 objects are Gateway door. Existing objects: Gateway.networking.istio.io shop/door, '
      + 'Gateway.gateway.networking.k8s.io shop/door.',
  );
  expect(messageOf(() => both.has('Sidecar'))).toContain(
    'Existing kinds: Gateway.gateway.networking.k8s.io, Gateway.networking.istio.io.',
  );
});

test('what must not be there is found', () => {
  manifests.hasNot('Service', { metadata: { name: 'admin' } });

  expect(
    messageOf(() =>
      manifests.hasNot('Service', { spec: { ports: Match.arrayWith([Match.objectLike({ name: 'grpc' })]) } }),
    ),
  ).toBe('Expected no matching object of kind Service, but found shop/cart.');
});

test('objects are found and captured, those alone that are as expected', () => {
  const port = new Capture();
  const found = manifests.find('Service', {
    spec: { ports: Match.arrayWith([Match.objectLike({ name: 'http', port })]) },
  });

  expect(found.map(({ metadata }) => metadata.name)).toEqual(['web', 'cart']);
  expect(port.asNumber()).toBe(80);
  const name = new Capture();
  manifests.find('Service', { metadata: { name }, spec: { ports: [{ name: 'http' }] } });
  expect(name.asString()).toBe('web');
  expect(name.next()).toBe(false);
});

test('one object is found by its name, and a wrong name throws with the names that exist', () => {
  expect(manifests.get('Service', 'web', 'shop').metadata.name).toBe('web');
  expect(messageOf(() => manifests.get('Service', 'wep'))).toBe(
    '0 objects are Service wep. Existing objects: shop/web, shop/cart.',
  );
  expect(messageOf(() => manifests.get('Service', 'web', 'other'))).toContain('0 objects are Service other/web.');
});

test('what is not a manifest is rejected with its location', () => {
  expect(messageOf(() => Manifests.ofYaml('kind: Service\n'))).toMatch(/text:1:1.*apiVersion/);
  expect(messageOf(() => Manifests.ofDirectory('/nowhere'))).toBe('/nowhere:1:1: The file does not exist.');
});

test('charts, apps and folders are read alike', () => {
  const app = new ClusterApp({ outdir: temporaryFolder() });
  const chart = new TopologyChart(app, 'boutique', { topology: boutique, mesh: Mesh.istio() });
  app.synth();

  const [ofChart, ofApp, ofFolder] = [
    Manifests.ofChart(chart),
    Manifests.ofApp(app),
    Manifests.ofDirectory(app.outdir),
  ];
  expect(ofApp.snapshot()).toBe(ofChart.snapshot());
  expect(ofFolder.snapshot()).toBe(ofChart.snapshot());
});

describe('a snapshot', () => {
  test('is in one order, independent of the order of objects and fields', () => {
    assert(
      property(
        dictionary(string(), constantFrom('a', 'b')),
        shuffledSubarray(YAML.split('---\n'), { minLength: 3, maxLength: 3 }),
        (data, documents) => {
          const extra = (fields: [string, string][]) =>
            JSON.stringify({
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { name: 'extra' },
              data: Object.fromEntries(fields),
            });
          const [inOrder, reversed] = [Object.entries(data), Object.entries(data).reverse()].map(fields =>
            [YAML, extra(fields)].join('---\n'),
          );
          expect(Manifests.ofYaml(reversed ?? '').snapshot()).toBe(Manifests.ofYaml(inOrder ?? '').snapshot());
          expect(Manifests.ofYaml(documents.join('---\n')).snapshot()).toBe(manifests.snapshot());
        },
      ),
    );
  });

  test('has no names or digests that are generated', () => {
    const chart = new Chart(new ClusterApp(), 'some');
    new ApiObject(chart, 'object', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { annotations: { checksum: 'a'.repeat(64) } },
      data: { ref: 'some-object-c8a1b2c3-files', colour: 'facade' },
    });

    const text = Manifests.ofChart(chart).snapshot();
    expect(text).toContain('name: some-object-<hash>');
    expect(text).toContain('ref: some-object-<hash>-files');
    expect(text).toContain('checksum: <digest>');
    expect(text).toContain('colour: facade');
  });
});
