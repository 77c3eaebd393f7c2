import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as aws from 'aws-cdk-lib';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import * as cdk8s from 'cdk8s';
import * as kplus from 'cdk8s-plus-27';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import * as cardinal from '../../lib';
import { HttpApiEdge, RestApiEdge, SharedLoadBalancer } from '../../lib/aws';
import * as checks from '../../lib/checks/api';
import { EnvoyGateway } from '../../lib/gateway';
import { CHECKS, parseConfig, requireKnownNames } from '../../lib/checks';
import * as openapi from '../../lib/openapi';
import * as testing from '../../lib/testing';

/** The TypeScript examples of a document. */
function examplesIn(document: string): string[] {
  const text = readFileSync(join(__dirname, '../..', document), 'utf8');
  return [...text.matchAll(/^ *```ts\n([\s\S]*?)^ *```/gm)].map(match => match[1] ?? '');
}

/** Runs an example with these names in scope, and gives back the named results. */
function run(example: string, scope: object, results: string[]): Record<string, unknown> {
  const code = transpileModule(example.replace(/^ *import .*$|^export /gm, ''), {
    compilerOptions: { module: ModuleKind.None, target: ScriptTarget.ES2022 },
  }).outputText;
  const body = `${code}\nreturn { ${results.join(', ')} };`;
  return new Function(...Object.keys(scope), body)(...Object.values(scope)) as Record<string, unknown>;
}

const model = () =>
  run(examplesIn('README.md')[0] ?? '', { ...cdk8s, ...cardinal }, ['shop', 'payment']) as {
    shop: cardinal.Topology;
    payment: cardinal.Service;
  };

test("the README's model and app synthesize", () => {
  const [, app = ''] = examplesIn('README.md');
  const { shop } = model();
  const result = run(app.replace('app.synth();', ''), { ...cdk8s, ...cardinal, shop }, ['app']) as {
    app: cardinal.ClusterApp;
  };

  expect(result.app.findings).toEqual([]);
  expect(
    result.app.node.findAll().filter(each => cdk8s.ApiObject.isApiObject(each) && each.kind === 'VirtualService'),
  ).toHaveLength(1);
});

test('the ways out work as described', () => {
  const [change = '', typed = ''] = examplesIn('docs/escape-hatches.md');
  const { shop, payment } = model();
  const app = new cardinal.ClusterApp();
  const secret = kplus.Secret.fromSecretName(new cdk8s.Chart(app, 'secrets'), 'secret', 'keys');
  const { chart } = run(change, { ...cdk8s, ...cardinal, ...kplus, app, shop, payment, secret }, ['chart']) as {
    chart: cardinal.TopologyChart;
  };

  const objects = cdk8s.Testing.synth(chart) as {
    kind: string;
    metadata: { name: string };
    spec: { http: { timeout: string }[] };
  }[];
  expect(objects.find(each => each.kind === 'VirtualService')?.spec.http[0]?.timeout).toBe('5s');
  expect(JSON.stringify(objects.find(each => each.metadata.name === 'payment-v1'))).toContain(
    '"secretKeyRef":{"key":"key","name":"keys"}',
  );

  const own = new cdk8s.Chart(app, 'own');
  run(typed, { ...cardinal, chart: own }, []);
  expect(cdk8s.Testing.synth(own)).toHaveLength(1);
});

test('the managed API and its binding share a name and nothing else', () => {
  const [declaration = '', cloud = '', cluster = ''] = examplesIn('docs/aws.md');
  const topology = new cardinal.Topology('shop');
  const web = topology.addService('web', { image: 'example/web:1', port: cardinal.Port.http(80) });
  const { shop: edge } = run(declaration, { ...cardinal, topology, web }, ['shop']) as { shop: cardinal.Edge };
  const app = new aws.App();
  const vpc = new Vpc(new aws.Stack(app, 'Network'), 'Vpc', {
    subnetConfiguration: [
      { name: 'Front', subnetType: SubnetType.PRIVATE_ISOLATED },
      { name: 'Public', subnetType: SubnetType.PUBLIC },
      { name: 'Pods', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ],
  });
  const { stack } = run(cloud, { ...aws, HttpApiEdge, app, shop: edge, vpc }, ['stack']) as { stack: aws.Stack };
  const names = Object.values(
    (
      app.synth().getStackByName(stack.stackName).template as {
        Resources: Record<string, { Properties: { Name?: string; targetGroupName?: string } }>;
      }
    ).Resources,
  ).map(each => each.Properties?.Name);

  const clusterApp = new cardinal.ClusterApp();
  run(cluster, { ...cdk8s, ...cardinal, app: clusterApp, shop: edge, mesh: cardinal.Mesh.istio() }, []);
  const [binding] = clusterApp.charts.flatMap(
    chart => cdk8s.Testing.synth(chart) as { spec: { targetGroupName: string } }[],
  );
  expect(names).toContain(binding?.spec.targetGroupName);
});

test('requests to the edge of the guide are allowed, counted and aggregated', () => {
  const [example = ''] = examplesIn('docs/edges.md');
  const shop = new cardinal.Topology('shop');
  run(example, { ...cdk8s, ...cardinal, shop }, []);
  const app = new cardinal.ClusterApp();
  const chart = new cardinal.TopologyChart(app, 'shop', { topology: shop, mesh: cardinal.Mesh.istio() });

  expect(chart.findings).toEqual([]);
  const openApiExample = examplesIn('docs/edges.md').find(each => each.includes('openApi(')) ?? '';
  const { document } = run(openApiExample, { ...openapi, api: shop.edges[0] }, ['document']) as {
    document: { paths: object };
  };
  expect(Object.keys(document.paths)).toEqual(['/products', '/home/{user}']);
  const made = (cdk8s.Testing.synth(chart) as { kind: string; metadata: { name: string } }[]).map(
    ({ kind, metadata }) => `${kind} ${metadata.name}`,
  );
  expect(made).toEqual(
    expect.arrayContaining([
      'Deployment api-aggregator-v1',
      'Deployment limiter-v1',
      'Certificate api',
      'RequestAuthentication api',
    ]),
  );
});

test('the edge of the guide behind a front has a gateway that nothing else reaches', () => {
  const [, example = ''] = examplesIn('docs/edges.md');
  const shop = new cardinal.Topology('shop');
  const catalog = shop.addService('catalog', { image: 'example/catalog:1', port: cardinal.Port.http(80) });
  run(example, { ...cardinal, shop, catalog }, []);
  const mesh = cardinal.Mesh.istio();
  const chart = new cardinal.TopologyChart(new cardinal.ClusterApp(), 'shop', { topology: shop, mesh });

  expect(chart.findings).toEqual([]);
  expect(JSON.stringify(cdk8s.Testing.synth(chart))).toContain('"from":[{"ipBlock":{"cidr":"10.0.8.0/24"}}');
});

test(
  'the edge of the guide is served by Envoy Gateway as well, once it has the Secret of the keys, without a '
    + 'rate limit of the whole edge',
  () => {
    const [example = ''] = examplesIn('docs/edges.md');
    const shop = new cardinal.Topology('shop');
    const keys = "jwksUri: 'https://login.shop.example/keys', audiences";
    // Timeouts of calls are the mesh's: without one, a part has the time of the whole. Envoy Gateway counts rate limits
    // for each route.
    run(
      example
        .replaceAll('audiences', keys)
        .replace(', timeout: Duration.millis(300)', '')
        .replace('  rateLimit: RateLimit.perSecond(500),\n', ''),
      { ...cdk8s, ...cardinal, shop },
      [],
    );
    const plain = new cardinal.TopologyChart(new cardinal.ClusterApp(), 'shop', {
      topology: shop,
      mesh: cardinal.Mesh.none({ gateway: new EnvoyGateway() }),
    });

    expect(plain.findings).toEqual([]);
  },
);

test('the REST API of the guide is made for an edge with clients', () => {
  const [, , , example = ''] = examplesIn('docs/aws.md');
  const topology = new cardinal.Topology('shop');
  const { ClientKey, PerClientRateLimit, Period, FailureMode } = cardinal;
  const api = topology.addEdge('api', {
    host: 'api.shop.example',
    front: cardinal.Front.restApi({ addresses: ['10.0.0.0/24'] }),
    auth: cardinal.Auth.jwt({ issuer: 'https://login.shop.example', audiences: ['shop'] }),
    perClientRateLimit: PerClientRateLimit.of({
      client: ClientKey.claim('sub'),
      requests: 100,
      per: Period.DAY,
      failureMode: FailureMode.FAIL_OPEN,
    }),
  });
  api.route('GET /', topology.addService('web', { image: 'example/web:1', port: cardinal.Port.http(80) }));
  const app = new aws.App();
  const restVpc = new Vpc(new aws.Stack(app, 'Network'), 'Vpc');
  const { rest } = run(example, { ...aws, RestApiEdge, app, api, restVpc }, ['rest']) as { rest: aws.Stack };

  const template = app.synth().getStackByName(rest.stackName).template as cardinal.CloudTemplate;
  expect(Object.values(template.Resources ?? {}).filter(({ Type }) => Type === 'AWS::ApiGateway::ApiKey')).toHaveLength(
    2,
  );
  expect(cardinal.checkTemplate(template)).toEqual([]);
});

test('edges of the guide share a load balancer', () => {
  const [, , , , example = ''] = examplesIn('docs/aws.md');
  const topology = new cardinal.Topology('shop');
  const web = topology.addService('web', { image: 'example/web:1', port: cardinal.Port.http(80) });
  const front = cardinal.Front.httpApi({ addresses: ['10.0.0.0/24'] });
  const [shop, partners] = ['shop', 'partners'].map(name => topology.addEdge(name, { host: `${name}.example`, front }));
  shop?.route('GET /', web);
  partners?.route('GET /', web);
  const app = new aws.App();
  const networkVpc = new Vpc(new aws.Stack(app, 'Vpc'), 'Vpc');
  run(example, { ...aws, HttpApiEdge, SharedLoadBalancer, app, shop, partners, networkVpc }, []);

  const template = app.synth().getStackByName('Network').template as cardinal.CloudTemplate;
  const ports = Object.values(template.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::ElasticLoadBalancingV2::Listener')
    .map(({ Properties }) => Properties?.Port);
  expect(ports).toEqual([80, 8443]);
});

test("the assertions of the guide hold for the README's model", () => {
  const [example = ''] = examplesIn('docs/testing.md');
  const { shop } = model();
  const chart = new cardinal.TopologyChart(new cardinal.ClusterApp(), 'shop', {
    topology: shop,
    mesh: cardinal.Mesh.istio(),
  });

  const { image } = run(example, { ...testing, chart }, ['image']) as { image: testing.Capture };
  expect(image.asString()).toBe('example/web:1');
});

test('the traffic of the guide has the documented outcomes', () => {
  const [, example = ''] = examplesIn('docs/testing.md');
  const { Auth, ClusterApp, Mesh, Port, Topology, TopologyChart } = cardinal;
  const shop = new Topology('shop');
  const [frontend, checkout, catalog, orders] = ['frontend', 'checkout', 'catalog', 'orders'].map(name =>
    shop.addService(name, { image: name, port: Port.http(80, { target: 8080 }) }),
  ) as [cardinal.Service, cardinal.Service, cardinal.Service, cardinal.Service];
  const payment = shop.addService('payment', {
    image: 'payment',
    port: Port.grpc(50051, { service: 'shop.Payment', methods: ['Charge'] }),
    versions: { v1: {}, v2: {} },
  });
  checkout.calls(payment, { allowedOperations: [payment.method('Charge')], timeout: cdk8s.Duration.seconds(1) });
  frontend.calls(catalog);
  payment.split({ v1: 90, v2: 10 });
  const api = shop.addEdge('api', { host: 'api.shop.example', tlsSecret: 'api-tls' });
  api.route('GET /orders', orders, { auth: Auth.jwt({ issuer: 'https://login.example', audiences: ['shop'] }) });
  const app = new ClusterApp();
  new TopologyChart(app, 'shop', { topology: shop, mesh: Mesh.istio() });

  run(example, { ...testing, app, expect }, []);
  expect.assertions(2);
});

test('a check of your own, as the guide defines it, reports what the guide prints', () => {
  const [example = ''] = examplesIn('docs/checks.md');
  const { text } = run(example, checks, ['text']) as { text: string };

  expect(readFileSync(join(__dirname, '../../docs/checks.md'), 'utf8')).toContain(`\n\`\`\`\n${text}\`\`\`\n`);
});

test('the settings of the guide are permitted', () => {
  const text = readFileSync(join(__dirname, '../../docs/checks.md'), 'utf8');
  const [, settings = ''] = /## Settings[^]*?```yaml\n([^]*?)```/.exec(text) ?? [];
  const config = parseConfig(settings, 'cardinal.yaml');

  expect(() =>
    requireKnownNames(
      config,
      CHECKS.flatMap(({ id, covers }) => [id, ...covers]),
    ),
  ).not.toThrow();
  expect(config.environments.map(({ name, paths }) => [name, ...paths])).toEqual([
    ['staging', 'k8s/base', 'k8s/staging'],
    ['production', 'k8s/base', 'k8s/production'],
  ]);
});

test('a topology calls another by its contract', () => {
  const example = examplesIn('docs/model.md').find(each => each.includes('In the repository of the caller')) ?? '';
  const [owner = '', caller = ''] = example.split('// In the repository of the caller');
  const { billing } = run(owner, { ...cardinal }, ['billing']) as { billing: cardinal.Topology };
  const Contract = { fromFile: () => cardinal.Contract.of(billing) };
  const { web } = run(`//${caller}`, { ...cardinal, Contract }, ['web']) as { web: cardinal.Service };

  expect(web.outgoingCalls.map(each => each.calleeAddress)).toEqual(['pay.billing:80']);
});

test('an HTTP proxy of the company is an external service', () => {
  const example = examplesIn('docs/model.md').find(each => each.includes('HTTPS_PROXY')) ?? '';
  const shop = new cardinal.Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1' });
  run(example, { ...cardinal, shop, web }, []);

  expect(web.outgoingCalls[0]?.addressVariables).toEqual({
    HTTPS_PROXY: 'http://proxy.corp.example:3128',
    HTTP_PROXY: 'http://proxy.corp.example:3128',
  });
});

test('an external service is called through an egress gateway', () => {
  const example = examplesIn('docs/model.md').find(each => each.includes('addEgressGateway')) ?? '';
  const shop = new cardinal.Topology('shop');
  const web = shop.addService('web', { image: 'example/web:1' });
  const { egress } = run(example, { ...cdk8s, ...cardinal, shop, web }, ['egress']) as {
    egress: cardinal.EgressGateway;
  };
  const app = new cardinal.ClusterApp();
  new cardinal.TopologyChart(app, 'shop', { topology: shop, mesh: cardinal.Mesh.istio() });

  expect(egress.listeners.map(({ external, number }) => [external.host, number])).toEqual([
    ['api.rates.example', 16000],
  ]);
  expect(app.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('one model becomes two environments, and a pipeline without a tag fails', () => {
  const example = examplesIn('docs/model.md').find(each => each.includes('process.env.TAG')) ?? '';
  const appsWith = (TAG?: string) =>
    run(
      example.replace('apps.forEach(app => app.synth());', ''),
      { ...cdk8s, ...cardinal, process: { env: { TAG } } },
      ['apps'],
    ).apps as cardinal.ClusterApp[];

  const [staging, production] = appsWith('1.4.0').map(app => app.charts.flatMap(chart => cdk8s.Testing.synth(chart)));
  expect([JSON.stringify(staging), JSON.stringify(production)]).toEqual([
    expect.stringMatching(/web:1\.4\.0.*staging\.shop\.example|staging\.shop\.example.*web:1\.4\.0/),
    expect.stringMatching(/"storage":"100Gi"/),
  ]);
  expect(() => appsWith()).toThrow('its tag is empty');
});
