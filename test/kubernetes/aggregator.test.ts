import { Duration } from 'cdk8s';
import { Topology } from '../../lib';
import { one, plain, render } from '../istio/support';

function shopWithHome() {
  const shop = new Topology('shop');
  const [products, ads] = [plain(shop, 'products'), plain(shop, 'ads', { namespace: 'marketing' })];
  const edge = shop.addEdge('api', { host: 'api.shop.example' });
  edge.aggregate(
    'GET /home/{user}',
    {
      products: { service: products, path: '/all' },
      ads: { service: ads, path: '/for/{user}', timeout: Duration.millis(300) },
    },
    { timeout: Duration.seconds(2) },
  );
  return { shop, edge, products, ads };
}

const configOf = (shop: Topology) =>
  JSON.parse(one(render(shop), 'ConfigMap', 'api-aggregator-files').data?.['krakend.json'] ?? '') as {
    version: number;
    port: number;
    endpoints: { endpoint: string; timeout: string; input_headers: string[]; backend: object[] }[];
  };

test('an aggregate is an endpoint of KrakenD with a group for each part', () => {
  const { version, port, endpoints } = configOf(shopWithHome().shop);

  expect([version, port]).toEqual([3, 8080]);
  expect(endpoints).toEqual([
    {
      endpoint: '/home/{user}',
      method: 'GET',
      output_encoding: 'json',
      input_headers: ['authorization', 'b3', 'traceparent', 'tracestate', 'x-request-id'],
      timeout: '1800ms',
      backend: [
        {
          host: ['http://products:80'],
          url_pattern: '/all',
          method: 'GET',
          encoding: 'safejson',
          group: 'products',
          extra_config: { 'backend/http': { return_error_details: 'products' } },
        },
        {
          host: ['http://ads.marketing:80'],
          url_pattern: '/for/{user}',
          method: 'GET',
          encoding: 'safejson',
          group: 'ads',
          extra_config: { 'backend/http': { return_error_details: 'ads' } },
        },
      ],
    },
  ]);
});

test('its parts are calls: in policies, with the time that each has', () => {
  const objects = render(shopWithHome().shop);

  expect(one(objects, 'AuthorizationPolicy', 'ads').spec.rules).toEqual([
    {
      from: [{ source: { principals: ['cluster.local/ns/shop/sa/api-aggregator'] } }],
      to: [{ operation: { ports: ['80'], methods: ['GET'], paths: ['/for/{*}'] } }],
    },
  ]);
  expect(one(objects, 'VirtualService', 'ads').spec.http).toMatchObject([
    { timeout: '300ms', retries: { attempts: 0 } },
  ]);
  expect(one(objects, 'Sidecar', 'api-aggregator').spec.egress).toEqual([
    { hosts: ['./products.shop.svc.cluster.local', 'marketing/ads.marketing.svc.cluster.local'] },
  ]);
  expect(one(objects, 'HTTPRoute', 'api').spec.rules[0].backendRefs).toEqual([{ name: 'api-aggregator', port: 8080 }]);
});

test('a changed configuration rolls the pods, an unchanged one does not', () => {
  const annotationOf = (shop: Topology) =>
    (
      one(render(shop), 'Deployment', 'api-aggregator-v1').spec as {
        template: { metadata: { annotations: Record<string, string> } };
      }
    ).template.metadata.annotations['cdk8s-cardinal/files'];
  const changed = shopWithHome();
  changed.edge.aggregate('GET /other', {
    a: { service: changed.products, path: '/a' },
    b: { service: changed.products, path: '/b' },
  });

  expect(annotationOf(shopWithHome().shop)).toMatch(/^[0-9a-f]{16}$/);
  expect(annotationOf(shopWithHome().shop)).toBe(annotationOf(shopWithHome().shop));
  expect(annotationOf(changed.shop)).not.toBe(annotationOf(shopWithHome().shop));
});

test('the configuration is mounted at the path in the arguments of KrakenD', () => {
  const { template } = one(render(shopWithHome().shop), 'Deployment', 'api-aggregator-v1').spec as {
    template: { spec: { containers: { args: string[]; volumeMounts: object[] }[]; volumes: object[] } };
  };

  expect(template.spec.containers[0]?.args).toEqual(['run', '--config', '/etc/krakend/krakend.json']);
  expect(template.spec.containers[0]?.volumeMounts).toContainEqual({
    name: 'files',
    mountPath: '/etc/krakend',
    readOnly: true,
  });
  expect(template.spec.volumes).toContainEqual({ name: 'files', configMap: { name: 'api-aggregator-files' } });
});

test('two aggregates share one aggregator and the calls that they have in common', () => {
  const { shop, edge, products, ads } = shopWithHome();
  edge.aggregate('GET /landing', {
    products: { service: products, path: '/all' },
    banner: { service: ads, path: '/banner' },
  });

  expect(configOf(shop).endpoints.map(({ endpoint }) => endpoint)).toEqual(['/home/{user}', '/landing']);
  expect(
    edge.aggregator?.outgoingCalls.map(({ callee, allowedOperations: only }) => `${callee.name} ${only?.join()}`),
  ).toEqual(['products GET /all', 'ads GET /for/{user}', 'ads GET /banner']);
});

test('other headers are passed on if they are named', () => {
  const { shop, edge, products, ads } = shopWithHome();
  edge.aggregate(
    'GET /landing',
    { a: { service: products, path: '/all' }, b: { service: ads, path: '/b' } },
    { headers: ['accept-language'] },
  );

  expect(configOf(shop).endpoints[1]?.input_headers).toEqual(['accept-language']);
});
