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
    extra_config: object;
    endpoints: {
      endpoint: string;
      timeout: string;
      input_headers: string[];
      input_query_strings: string[];
      backend: { url_pattern: string }[];
    }[];
  };

test('an aggregate is an endpoint of KrakenD with a group for each part', () => {
  const { version, port, endpoints } = configOf(shopWithHome().shop);

  expect([version, port]).toEqual([3, 8080]);
  expect(endpoints).toEqual([
    {
      endpoint: '/home/{p2}',
      method: 'GET',
      output_encoding: 'json',
      input_headers: ['authorization', 'b3', 'traceparent', 'tracestate', 'x-request-id'],
      input_query_strings: ['*'],
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
          url_pattern: '/for/{p2}',
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

  expect(configOf(shop).endpoints.map(({ endpoint }) => endpoint)).toEqual(['/home/{p2}', '/landing']);
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

test('query parameters are forwarded, all or those that are named', () => {
  const { shop, edge, products, ads } = shopWithHome();
  const parts = { a: { service: products, path: '/all' }, b: { service: ads, path: '/b' } };
  edge.aggregate('GET /landing', parts, { queryParameters: ['page', 'sort'] });
  edge.aggregate('GET /plain', parts, { queryParameters: [] });

  expect(configOf(shop).endpoints.map(({ input_query_strings: names }) => names)).toEqual([
    ['*'],
    ['page', 'sort'],
    [],
  ]);
});

test('KrakenD has no endpoint of its own, and no redirects to similar paths', () => {
  const { shop } = shopWithHome();

  expect(configOf(shop).extra_config).toEqual({
    'github_com/luraproject/lura/router/gin': {
      disable_health: true,
      disable_redirect_fixed_path: true,
      disable_redirect_trailing_slash: true,
    },
  });
  const { template } = one(render(shop), 'Deployment', 'api-aggregator-v1').spec as {
    template: { spec: { containers: { readinessProbe: object }[] } };
  };
  expect(template.spec.containers[0]?.readinessProbe).toMatchObject({ tcpSocket: { port: 8080 } });
});

/** The endpoints of aggregates with these paths, each with the path of its first part. */
function endpointsOf(...paths: string[]): Record<string, string | undefined> {
  const shop = new Topology('shop');
  const web = plain(shop, 'web');
  const edge = shop.addEdge('api', { host: 'api.shop.example' });
  paths.forEach((path, number) => {
    const parameters = path.split('/').filter(segment => segment.startsWith('{'));
    const own = ['', number, ...parameters].join('/');
    edge.aggregate(`GET ${path}`, { a: { service: web, path: own }, b: { service: web, path: '/b' } });
  });
  return Object.fromEntries(configOf(shop).endpoints.map(each => [each.endpoint, each.backend[0]?.url_pattern]));
}

test('the parameters of all aggregates at one position have one name', () => {
  expect(endpointsOf('/u/{id}', '/u/{__proto__}/x', '/u/{Id}/{constructor}')).toEqual({
    '/u/{p2}': '/0/{p2}',
    '/u/{p2}/x': '/1/{p2}',
    '/u/{p2}/{p3}': '/2/{p2}/{p3}',
  });
});

test('the endpoints of a parameter are repeated below the literals beside it', () => {
  expect(endpointsOf('/list/b', '/{a}/{b}', '/{a}/{b}/c')).toEqual({
    '/list/b': '/0',
    '/list/b/c': '/2/list/b',
    '/list/{p2}': '/1/list/{p2}',
    '/list/{p2}/c': '/2/list/{p2}',
    '/{p1}/{p2}': '/1/{p1}/{p2}',
    '/{p1}/{p2}/c': '/2/{p1}/{p2}',
  });
});

test('literals are decoded in endpoints, and escaped in paths of parts', () => {
  expect(endpointsOf('/caf%C3%A9/b', '/{a}/{b}', '/x%20y')).toEqual({
    '/café/b': '/0',
    '/café/{p2}': '/1/caf%C3%A9/{p2}',
    '/{p1}/{p2}': '/1/{p1}/{p2}',
    '/x y': '/2',
    '/x y/{p2}': '/1/x%20y/{p2}',
  });
});

test('a parameter does not match the empty segment after a slash at the end', () => {
  expect(endpointsOf('/a/', '/{a}/{b}', '/')).toEqual({
    '/a/': '/0',
    '/a/{p2}': '/1/a/{p2}',
    '/{p1}/{p2}': '/1/{p1}/{p2}',
    '/': '/2',
  });
});

test('the rest of a path of a part is one segment of the aggregate', () => {
  const { shop, edge, products, ads } = shopWithHome();
  edge.aggregate('GET /files/{name}', {
    a: { service: products, path: '/f/{name+}' },
    b: { service: ads, path: '/b' },
  });

  expect(configOf(shop).endpoints[1]?.backend[0]?.url_pattern).toBe('/f/{p2}');
});

test('paths that overlap without end are an error', () => {
  const paths = Array.from({ length: 11 }, (_, at) =>
    Array.from({ length: 11 }, (_, index) => `/${index === at ? 'x' : `{p${index}}`}`).join(''),
  );

  expect(() => endpointsOf(...paths)).toThrow(/more than 1000 endpoints.*UnroutableAggregate/);
});
