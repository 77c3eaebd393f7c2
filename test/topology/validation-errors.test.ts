import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'cdk8s';
import {
  Auth,
  Contract,
  HeaderMatch,
  Health,
  LoadBalancingAlgorithm,
  Operation,
  Peer,
  Port,
  RateLimit,
  RetryOn,
  type ServiceProps,
  Topology,
  ValidationError,
} from '../../lib';
import { AUTH_MISTAKES, LIMIT_MISTAKES } from './auth-mistakes';
import { GLOBAL_LIMIT_MISTAKES } from './global-limit-mistakes';
import { AGGREGATE_MISTAKES } from './aggregate-mistakes';
import { EGRESS_MISTAKES } from './egress-mistakes';
import { EDGE_MISTAKES } from './invalid-edges';
import { LISTENER_MISTAKES } from './listener-mistakes';
import { POD_MISTAKES } from './pod-mistakes';
import { ROLLOUT_MISTAKES } from './rollout-mistakes';
import { SERVICE_ACCESS_MISTAKES } from './service-access-mistakes';
import { SHARED_GATEWAY_MISTAKES } from './shared-gateway-mistakes';
import { TRAFFIC_MISTAKES } from './traffic-mistakes';
import { VALUE_MISTAKES } from './value-mistakes';
import { WORKLOAD_KIND_MISTAKES } from './workload-kind-mistakes';

function shopWith(...names: string[]) {
  const shop = new Topology('shop');
  return {
    shop,
    services: names.map(name => shop.addService(name, { image: `example/${name}:1`, port: Port.http(80) })) as [
      ReturnType<Topology['addService']>,
      ReturnType<Topology['addService']>,
    ],
  };
}

function mistakeOf(declare: () => unknown): ValidationError {
  try {
    declare();
  } catch (error) {
    if (error instanceof ValidationError) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

const image = 'example/x:1';
const add =
  (props: Partial<ServiceProps>, name = 'cart') =>
  () =>
    new Topology('shop').addService(name, { image, ...props });
const call =
  (props: object, port = Port.http(80)) =>
  () => {
    const shop = new Topology('shop');
    const [web, cart] = [shop.addService('web', { image }), shop.addService('cart', { image, port })];
    web.calls(cart, props);
  };
const split =
  (weights: Record<string, number>, port = Port.http(80)) =>
  () =>
    new Topology('shop').addService('cart', { image, port, versions: { v1: {}, v2: {} } }).split(weights);

const twice = (declare: (cart: ReturnType<Topology['addService']>) => unknown) => () => {
  declare(new Topology('shop').addService('cart', { image, port: Port.http(80), versions: { v1: {}, v2: {} } }));
};
/** What a program without types may give. */
const untyped = (value: unknown) => value as never;

/** The contract of a topology whose pay allows one caller. */
const contract = () => {
  const billing = new Topology('billing');
  billing
    .addService('pay', { image, port: Port.http(80) })
    .allowFrom(Peer.serviceAccount({ namespace: 'shop', name: 'web' }));
  return Contract.of(billing);
};

const MISTAKES: [string, string, string[], () => unknown][] = [
  ['a contract that does not exist', 'InvalidContract', ['none.json', 'ENOENT'], () => Contract.fromFile('none.json')],
  [
    'a call that the contract of its callee does not allow',
    'NotAdmitted',
    ['shop/thief → pay', 'does not allow shop/thief on port 80', 'pay.allowFrom(Peer.serviceAccount('],
    () => {
      const shop = new Topology('shop');
      shop.addService('thief', { image }).calls(shop.addContract(contract()).service('pay'));
    },
  ],
  [
    'a service that a contract does not have',
    'UnknownService',
    ['shop → billing', '"ledger"', 'It has pay'],
    () => new Topology('shop').addContract(contract()).service('ledger'),
  ],
  [
    'a topology whose name is no DNS label',
    'InvalidName',
    ['"My Shop"', 'e.g. "my-shop"'],
    () => new Topology('My Shop'),
  ],
  [
    'a service whose name is no DNS label',
    'InvalidName',
    ['shop/Cart_Svc.v1', '"Cart_Svc.v1"', 'e.g. "cart-svc-v1"'],
    add({}, 'Cart_Svc.v1'),
  ],
  ['a service whose name begins with a digit', 'InvalidName', ['"1st"'], add({}, '1st')],
  ['a name too long for Kubernetes', 'InvalidName', ['at most 63'], add({}, 'a'.repeat(64))],
  ['a Deployment name too long for Kubernetes', 'InvalidName', ['-v1'], add({}, 'a'.repeat(62))],
  ['a namespace that is no DNS label', 'InvalidName', ['"a.b"'], add({ namespace: 'a.b' })],
  [
    'a namespace of Kubernetes itself',
    'ReservedNamespace',
    ['"kube-system"', 'cut off'],
    add({ namespace: 'kube-system' }),
  ],
  ...['default', 'default-deny', 'allow-nothing'].flatMap((name): typeof MISTAKES => [
    [
      `a service named ${name}, as objects of a whole namespace are`,
      'ReservedName',
      [`"${name}"`, 'namespace shop'],
      add({}, name),
    ],
    [
      `pods of others named ${name}`,
      'ReservedName',
      [`"${name}"`, 'namespace legacy'],
      add({ namespace: 'legacy', existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' } }, name),
    ],
    [
      `an edge named ${name}`,
      'ReservedName',
      [`"${name}"`],
      () => new Topology('shop').addEdge(name, { host: 'shop.example' }),
    ],
  ]),
  [
    'a service named like the one of the API server',
    'ReservedName',
    ['"kubernetes"'],
    add({ namespace: 'default' }, 'kubernetes'),
  ],
  ...[{ env: { A: 'x\0' } }, { command: ['x', '\0'] }, { args: ['x\0y'] }].map((props): (typeof MISTAKES)[number] => [
    `NUL in ${Object.keys(props)[0] ?? ''}`,
    'InvalidText',
    ['contains NUL', 'x'],
    add(props),
  ]),
  ...['1.2.0', 'v1.2'].map((version): (typeof MISTAKES)[number] => [
    `a version named ${version}`,
    'InvalidName',
    [`"${version}"`, 'without dots', `"${version.replace(/\./g, '-')}"`],
    add({ versions: { [version]: {} } }),
  ]),
  ['a version that is no DNS label', 'InvalidName', ['cart-V1'], add({ versions: { V1: {} } })],
  [
    'a port name too long',
    'InvalidName',
    ['at most 15', '10 characters'],
    () => Port.http(80, { name: 'administration' }),
  ],
  ['a port out of range', 'OutOfRange', ['70000', '65535'], () => Port.http(70000)],
  ['a target port that is no integer', 'OutOfRange', ['80.5'], () => Port.http(80, { target: 80.5 })],
  [
    'gRPC methods without their service',
    'MissingGrpcService',
    ['`service`'],
    () => Port.grpc(80, { methods: ['Get'] }),
  ],
  [
    'a service of that name twice',
    'Duplicate',
    ['"cart"', 'already'],
    () => {
      const { shop } = shopWith('cart');
      shop.addService('cart', { image });
    },
  ],
  [
    'an edge of that host twice',
    'Duplicate',
    ['a.example', 'edge "a"'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('a', { host: 'a.example' });
      shop.addEdge('b', { host: 'a.example' });
    },
  ],
  [
    'an external host twice',
    'Duplicate',
    ['a.example'],
    () => {
      const shop = new Topology('shop');
      shop.addExternalService('a', { host: 'a.example', port: Port.tls(443) });
      shop.addExternalService('b', { host: 'a.example', port: Port.tls(443) });
    },
  ],
  [
    'a host with a scheme',
    'InvalidHost',
    ['"https://a.example"'],
    () => new Topology('shop').addEdge('a', { host: 'https://a.example' }),
  ],
  [
    'a host without a dot',
    'InvalidHost',
    ['"bank"'],
    () => new Topology('shop').addExternalService('bank', { host: 'bank', port: Port.tls(443) }),
  ],
  ['two ports of one number', 'DuplicatePort', ['number 80'], add({ port: Port.http(80), ports: [Port.tcp(80)] })],
  [
    'two ports of one name',
    'DuplicatePort',
    ['name "http"', "name: 'admin'"],
    add({ port: Port.http(80), ports: [Port.http(81)] }),
  ],
  [
    'two ports of one name of an external service',
    'DuplicatePort',
    ['name "tls"'],
    () =>
      new Topology('shop').addExternalService('bank', {
        host: 'bank.example',
        port: Port.tls(443),
        ports: [Port.tls(8443)],
      }),
  ],
  [
    'a version without an image',
    'NoImage',
    ['v1', '`existingWorkload`'],
    () => new Topology('shop').addService('cart', {}),
  ],
  ['no versions at all', 'NoVersion', ['no versions'], add({ versions: {} })],
  ...['x/y:', 'x/y:undefined', 'undefined/y:1', 'x y', ' x', 'X/Y', 'x//y', 'x@sha256:1', ''].map(
    (name): (typeof MISTAKES)[number] => [
      `the image "${name}"`,
      'InvalidImage',
      [`"${name}"`, '[registry/]'],
      add({ image: name }),
    ],
  ),
  ...(
    [
      ['x/y:undefined', '"undefined" is an unset variable'],
      ['x/y:', 'its tag is empty'],
      ['x:@sha256:0', 'its tag is empty'],
      ['x@', 'its digest is empty'],
      ['', 'it is empty'],
      ['/y:1', 'a part of its path is empty'],
      ['x//y', 'a part of its path is empty'],
      ['x/:1', 'a part of its path is empty'],
      ['x:${process.env.TAG}', 'backticks'],
      ['x:1\n', 'whitespace'],
      ['x:{{ .tag }}', 'whitespace'],
      ['x:{{.tag}}', 'placeholder'],
      ['x:$TAG', 'placeholder'],
      ['x:%TAG%', 'placeholder'],
      ['x:<tag>', 'placeholder'],
    ] as const
  ).map(([name, reason]): (typeof MISTAKES)[number] => [
    `the image "${name}" of a pipeline that did not set a variable`,
    'InvalidImage',
    [reason, 'set the variable'],
    add({ image: name }),
  ]),
  [
    "a version's image that names none",
    'InvalidImage',
    ['"x:"', 'shop/cart/v2'],
    add({ versions: { v1: {}, v2: { image: 'x:' } } }),
  ],
  [
    'a second split',
    'Duplicate',
    ['split was called'],
    twice(cart => {
      cart.split({ v1: 90, v2: 10 });
      cart.split({ v1: 10, v2: 90 });
    }),
  ],
  [
    'a second mirror',
    'Duplicate',
    ['mirrorTo was called'],
    twice(cart => {
      cart.mirrorTo('v1');
      cart.mirrorTo('v2', 10);
    }),
  ],
  [
    'a second route for a header',
    'Duplicate',
    ['to v1'],
    twice(cart => {
      cart.routeTo('v1', HeaderMatch.exact('x-a', 'b'));
      cart.routeTo('v2', HeaderMatch.exact('x-a', 'b'));
    }),
  ],
  [
    'a route behind one for all that it matches',
    'Duplicate',
    ['narrower one first'],
    twice(cart => {
      cart.routeTo('v1', HeaderMatch.prefix('x-a', 'b'));
      cart.routeTo('v2', HeaderMatch.exact('x-a', 'bc'));
    }),
  ],
  [
    'a callee that is undefined',
    'NotDeclared',
    ['shop/cart.calls', 'undefined', 'import each other'],
    twice(cart => cart.calls(untyped(undefined))),
  ],
  [
    'a callee that is a name',
    'NotDeclared',
    ['the text "pay"', 'addService'],
    twice(cart => cart.calls(untyped('pay'))),
  ],
  [
    'a callee that is another object',
    'NotDeclared',
    ['another object'],
    twice(cart => cart.calls(untyped({ name: 'pay' }))),
  ],
  ['a port that is a number', 'NotDeclared', ['80', 'Port.http(…)'], add({ port: untyped(80) })],
  [
    'a port of a service outside that is a number',
    'NotDeclared',
    ['443'],
    () => new Topology('shop').addExternalService('x', { host: 'a.example', port: untyped(443) }),
  ],
  [
    'a route to nothing',
    'NotDeclared',
    ['door/GET /', 'undefined'],
    () => new Topology('shop').addEdge('door', { host: 'a.example' }).route('GET /', untyped(undefined)),
  ],
  ['a timeout without a unit', 'NoDuration', ['`timeout` is 3', 'Duration.seconds(3)'], call({ timeout: 3 })],
  [
    'a per-try timeout without a unit',
    'NoDuration',
    ['"400ms"'],
    call({ retries: { attempts: 1, perTryTimeout: '400ms' } }),
  ],
  ['a delay without a unit', 'NoDuration', ['delay.duration` is 5'], call({ faults: { delay: { duration: 5 } } })],
  [
    "a limit's time without a unit",
    'NoDuration',
    ['`baseEjectionTime` is 30'],
    twice(cart => {
      cart.addCircuitBreaker({ consecutive5xxErrors: 1, baseEjectionTime: untyped(30) });
    }),
  ],
  ['retries on no failure', 'NothingToRetry', ['`on`'], call({ retries: { attempts: 2, on: [] } })],
  [
    'a label that Kubernetes would not take',
    'InvalidLabel',
    ['"-x: y"'],
    () => new Topology('shop').addService('cart', { existingWorkload: { labels: { '-x': 'y' }, serviceAccount: 'x' } }),
  ],
  [
    'a workload that exists and is described',
    'Contradiction',
    ['image, replicas'],
    add({ existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' }, replicas: 2 }),
  ],
  [
    'a workload that exists without labels',
    'NoLabels',
    ['every pod'],
    () => new Topology('shop').addService('cart', { existingWorkload: { labels: {}, serviceAccount: 'x' } }),
  ],
  [
    'a quantity that Kubernetes would reject',
    'InvalidQuantity',
    ['cpu is "0.1cores"', '100m'],
    add({ resources: { cpu: '0.1cores' } }),
  ],
  [
    'memory without a unit',
    'InvalidQuantity',
    ['memoryLimit is "64"', '64Mi'],
    add({ resources: { memoryLimit: '64' } }),
  ],
  ["the user of Istio's proxy", 'ReservedUser', ['Istio', '1337'], add({ runAsUser: 1337 })],
  ["the user of Linkerd's proxy", 'ReservedUser', ['Linkerd', '2102'], add({ runAsUser: 2102 })],
  ['root', 'OutOfRange', ['user is 0'], add({ runAsUser: 0 })],
  [
    'replicas and an autoscaler',
    'Contradiction',
    ['3 replicas'],
    add({ replicas: 3, autoscaling: { min: 1, max: 2 }, resources: { cpu: '100m' } }),
  ],
  ['an autoscaler without a CPU request', 'NoEffect', ['resources.cpu'], add({ autoscaling: { min: 1, max: 2 } })],
  [
    'an autoscaler upside down',
    'OutOfRange',
    ['is 2', '5 or more'],
    add({ autoscaling: { min: 5, max: 2 }, resources: { cpu: '1' } }),
  ],
  ['a relative directory', 'InvalidPath', ['"data"'], add({ writablePaths: ['data'] })],

  [
    'a call across topologies',
    'ForeignService',
    ['"other"'],
    () => {
      const {
        services: [web],
      } = shopWith('web');
      web.calls(new Topology('other').addService('cart', { image, port: Port.http(80) }));
    },
  ],
  [
    'a call to a service without a port',
    'NothingToCall',
    ['batch has no port'],
    () => {
      const {
        shop,
        services: [web],
      } = shopWith('web');
      web.calls(shop.addService('batch', { image }));
    },
  ],
  ['a call to an unknown port', 'UnknownPort', ['no port 81', 'It has 80'], call({ port: 81 })],
  [
    'the same call twice',
    'DuplicateCall',
    ['`allowedOperations`'],
    () => {
      const {
        services: [web, cart],
      } = shopWith('web', 'cart');
      web.calls(cart);
      web.calls(cart);
    },
  ],
  [
    'two calls whose operations overlap',
    'DuplicateCall',
    ['none in both'],
    () => {
      const {
        services: [web, cart],
      } = shopWith('web', 'cart');
      web.calls(cart, { allowedOperations: [Operation.http('GET /items/{id}')] });
      web.calls(cart, { allowedOperations: [Operation.http('ANY /items/new')] });
    },
  ],
  [
    'one variable for two callees',
    'Duplicate',
    ['ADDR', 'address of cart'],
    () => {
      const {
        shop,
        services: [web, cart],
      } = shopWith('web', 'cart');
      web.calls(cart, { addressEnvVar: 'ADDR' });
      web.calls(shop.addService('ledger', { image, port: Port.http(80) }), { addressEnvVar: 'ADDR' });
    },
  ],
  [
    'a variable that env sets already',
    'Duplicate',
    ['ADDR', '`env`'],
    () => {
      const {
        shop,
        services: [cart],
      } = shopWith('cart');
      shop.addService('web', { image, env: { ADDR: 'x' } }).calls(cart, { addressEnvVar: 'ADDR' });
    },
  ],
  ['a call that may use nothing', 'EmptyCall', ['`allowedOperations`'], call({ allowedOperations: [] })],
  ['a timeout on TCP', 'NoRequests', ['uses tcp', 'timeout'], call({ timeout: Duration.seconds(1) }, Port.tcp(80))],
  [
    'operations on TLS',
    'NoRequests',
    ['uses tls', 'allowedOperations'],
    call({ allowedOperations: [Operation.http('GET /')] }, Port.tls(443)),
  ],
  ['a timeout of nothing', 'OutOfRange', ['timeout', 'end every request'], call({ timeout: Duration.millis(0) })],
  ['retries below zero', 'OutOfRange', ['-1'], call({ retries: { attempts: -1 } })],
  [
    'attempts that can never happen',
    'RetriesExceedTimeout',
    ['3 retries of 400 ms', 'after 1200 ms', 'at 1000 ms'],
    call({
      timeout: Duration.seconds(1),
      retries: { attempts: 3, perTryTimeout: Duration.millis(400), on: [RetryOn.RESET] },
    }),
  ],
  ['an injected status that is none', 'OutOfRange', ['999'], call({ faults: { abort: { status: 999 } } })],
  [
    'more than all requests',
    'OutOfRange',
    ['120 %'],
    call({ faults: { delay: { duration: Duration.seconds(1), percent: 120 } } }),
  ],

  [
    'a split with an unknown version',
    'UnknownVersion',
    ['no version "v3"', 'It has v1, v2'],
    split({ v1: 90, v3: 10 }),
  ],
  ['a split that sums to 90', 'WeightsDoNotSum', ['v1: 80, v2: 10', 'sums to 90'], split({ v1: 80, v2: 10 })],
  ['a split with too many decimals', 'WeightsDoNotSum', ['4 decimals'], split({ v1: 99.99999, v2: 0.00001 })],
  ['a split that misses a fraction', 'WeightsDoNotSum', ['99.9'], split({ v1: 99.5, v2: 0.4 })],
  ['a split with a negative weight', 'OutOfRange', ['110 %'], split({ v1: 110, v2: -10 })],
  ['a split of nothing', 'WeightsDoNotSum', ['sums to 0'], split({})],
  ['a split of connections that are routed by SNI', 'NoRequests', ['tls'], split({ v1: 50, v2: 50 }, Port.tls(443))],
  [
    'a header route of TCP',
    'NoRequests',
    ['Routing by header', 'split'],
    () =>
      new Topology('shop').addService('db', { image, port: Port.tcp(5432) }).routeTo('v1', HeaderMatch.exact('x', 'y')),
  ],
  ['an upper-case header', 'InvalidHeader', ['"X-User"', '"x-user"'], () => HeaderMatch.exact('X-User', 'me')],
  [
    'a mirror to an unknown version',
    'UnknownVersion',
    ['"v9"'],
    () => new Topology('shop').addService('cart', { image, port: Port.http(80) }).mirrorTo('v9'),
  ],
  [
    'a second circuit breaker',
    'Duplicate',
    ['circuit breaker already'],
    () => {
      const {
        services: [cart],
      } = shopWith('cart');
      cart.addCircuitBreaker({ maxConnections: 1 });
      cart.addCircuitBreaker({ maxConnections: 2 });
    },
  ],
  [
    'a share of healthy endpoints that one ejection of two falls below',
    'NoEffect',
    ['minHealthPercent is 51 %', '2 replicas', '50 % remain', 'at most 50'],
    () => shopWith('cart').services[0].addCircuitBreaker({ consecutive5xxErrors: 1, minHealthPercent: 51 }),
  ],
  [
    'ejection that nothing triggers',
    'NoEffect',
    ['baseEjectionTime', 'consecutive5xxErrors'],
    () => shopWith('cart').services[0].addCircuitBreaker({ baseEjectionTime: Duration.seconds(1) }),
  ],
  [
    'a percentage that ejects none of two',
    'NoEffect',
    ['49 %', 'less than one of 2 replicas', 'at least 50'],
    () => shopWith('cart').services[0].addCircuitBreaker({ consecutive5xxErrors: 5, maxEjectionPercent: 49 }),
  ],
  [
    'a percentage that ejects none of the most replicas',
    'NoEffect',
    ['less than one of 4 replicas', 'at least 25'],
    () =>
      new Topology('shop')
        .addService('cart', { image, autoscaling: { min: 1, max: 4 }, resources: { cpu: '1' } })
        .addCircuitBreaker({ consecutive5xxErrors: 5, maxEjectionPercent: 24 }),
  ],
  [
    'a percentage of nothing',
    'OutOfRange',
    ['maxEjectionPercent is 0'],
    () => shopWith('cart').services[0].addCircuitBreaker({ consecutive5xxErrors: 5, maxEjectionPercent: 0 }),
  ],
  [
    'a percentage that is no whole number',
    'OutOfRange',
    ['maxEjectionPercent is 33.3'],
    () => shopWith('cart').services[0].addCircuitBreaker({ consecutive5xxErrors: 5, maxEjectionPercent: 33.3 }),
  ],
  [
    'limits of requests on TCP',
    'NoRequests',
    ['maxRequests', 'maxConnections'],
    () => new Topology('shop').addService('db', { image, port: Port.tcp(5432) }).addCircuitBreaker({ maxRequests: 1 }),
  ],
  [
    'a limit of zero connections',
    'OutOfRange',
    ['maxConnections is 0'],
    () => shopWith('cart').services[0].addCircuitBreaker({ maxConnections: 0 }),
  ],
  [
    'an unknown gRPC method',
    'UnknownMethod',
    ['"Refund"', 'shop.Payment has Charge'],
    () =>
      new Topology('shop')
        .addService('pay', { image, port: Port.grpc(1, { service: 'shop.Payment', methods: ['Charge'] }) })
        .method('Refund'),
  ],
  [
    'a gRPC method without its service',
    'UnknownMethod',
    ['in full'],
    () => new Topology('shop').addService('pay', { image, port: Port.grpc(1) }).method('Charge'),
  ],
  [
    'a gRPC method of a service without gRPC',
    'UnknownMethod',
    ['no gRPC port'],
    () => shopWith('cart').services[0].method('Charge'),
  ],

  ['an operation that is none', 'InvalidOperation', ['"FETCH /"', 'GET'], () => Operation.http('FETCH /')],
  ['an operation without a path', 'InvalidPath', ['""'], () => Operation.http('GET')],
  ['a path with a wildcard', 'InvalidPath', ['"/a/*/b"', '{name+}', '"/*"'], () => Operation.http('GET /a/*/b')],
  ['a prefix that ends with a slash', 'InvalidPath', ['"/a//*"', 'after a segment'], () => Operation.http('GET /a//*')],
  ['a path that goes on after its rest', 'InvalidPath', ['to the end'], () => Operation.http('GET /{a+}/b')],
  [
    'a route twice',
    'Duplicate',
    ['"GET /"'],
    () => {
      const {
        shop,
        services: [web],
      } = shopWith('web');
      const edge = shop.addEdge('door', { host: 'a.example' });
      edge.route('GET /', web);
      edge.route('GET /', web);
    },
  ],
  [
    'a route to TCP',
    'NoRequests',
    ['an edge routes requests'],
    () => {
      const shop = new Topology('shop');
      shop
        .addEdge('door', { host: 'a.example' })
        .route('GET /', shop.addService('db', { image, port: Port.tcp(5432) }));
    },
  ],
  [
    'a route to a service of another topology',
    'ForeignService',
    ['"shop"'],
    () => new Topology('other').addEdge('door', { host: 'a.example' }).route('GET /', shopWith('web').services[0]),
  ],
  ['an issuer that is no URL', 'InvalidIssuer', ['"login"'], () => Auth.jwt({ issuer: 'login', audiences: ['a'] })],
  [
    'a token without an audience',
    'NoAudience',
    ['audience'],
    () => Auth.jwt({ issuer: 'https://login.example', audiences: [] }),
  ],
  [
    'an audience beside any audience',
    'Contradiction',
    ['any audience'],
    () => Auth.jwt({ issuer: 'https://login.example', audiences: ['a'], anyAudience: true }),
  ],
  [
    'a client id beside any audience',
    'Contradiction',
    ['any audience'],
    () => Auth.jwt({ issuer: 'https://login.example', clientIdAsAudience: true, anyAudience: true }),
  ],
  ['a throttle of nothing', 'OutOfRange', ['rate is 0'], () => RateLimit.perSecond(0)],

  [
    'an edge named as a service',
    'Duplicate',
    ['a service "web"', 'namespace shop'],
    () => shopWith('web').shop.addEdge('web', { host: 'a.example' }),
  ],
  [
    'an external service named as a service',
    'Duplicate',
    ['a service "web"'],
    () => shopWith('web').shop.addExternalService('web', { host: 'a.example', port: Port.tls(443) }),
  ],
  [
    'a service named as an external service',
    'Duplicate',
    ['an external service "bank"'],
    () => {
      const shop = new Topology('shop');
      shop.addExternalService('bank', { host: 'a.example', port: Port.tls(443) });
      shop.addService('bank', { image });
    },
  ],
  [
    'an edge of that name in another namespace',
    'Duplicate',
    ['an edge "door"', 'namespace shop'],
    () => {
      const shop = new Topology('shop');
      shop.addEdge('door', { host: 'a.example' });
      shop.addEdge('door', { host: 'b.example', namespace: 'other' });
    },
  ],
  [
    'a route that differs in the name of a parameter alone',
    'Duplicate',
    ['"GET /a/{y}"', '"GET /a/{x}"'],
    () => {
      const {
        shop,
        services: [web],
      } = shopWith('web');
      const edge = shop.addEdge('door', { host: 'a.example' });
      edge.route('GET /a/{x}', web);
      edge.route('GET /a/{y}', web);
    },
  ],
  ...(
    [
      [Port.tcp(5432), Port.tcp(5432)],
      [Port.tcp(443), Port.tls(443)],
      [Port.http(80), Port.tcp(80)],
      [Port.tls(8443), Port.http(8443)],
    ] as const
  ).map(([one, other]): (typeof MISTAKES)[number] => [
    `calls to two hosts outside on one port, of ${one.protocol} and ${other.protocol}`,
    'IndistinctHosts',
    [String(one.number), 'bank', 'books'],
    () => {
      const {
        shop,
        services: [web],
      } = shopWith('web');
      web.calls(shop.addExternalService('bank', { host: 'bank.example', port: one }));
      web.calls(shop.addExternalService('books', { host: 'books.example', port: other }));
    },
  ]),
  [
    'a probe of a service without a port',
    'NothingToProbe',
    ['over http', 'Health.none()'],
    add({ health: Health.http('/ready') }),
  ],
  [
    'a probe of a version without a port',
    'NothingToProbe',
    ['over grpc'],
    add({ versions: { v1: { health: Health.grpc() } } }),
  ],
  [
    'a version that exists and has an image',
    'Contradiction',
    ['so image would'],
    () =>
      new Topology('shop').addService('cart', {
        existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' },
        versions: { v1: { image } },
      }),
  ],
  ['a directory twice', 'InvalidPath', ['"/data"', 'once'], add({ writablePaths: ['/data', '/tmp', '/data'] })],
  [
    'more CPU than its limit',
    'Contradiction',
    ['cpu request 0.5', '499m', 'cpuLimit'],
    add({ resources: { cpu: '0.5', cpuLimit: '499m' } }),
  ],
  [
    'more memory than its limit',
    'Contradiction',
    ['memory request 2Gi', '2047Mi', 'memoryLimit'],
    add({ resources: { memory: '2Gi', memoryLimit: '2047Mi' } }),
  ],
  [
    'an address for pods that exist',
    'NoEffect',
    ['variable CART', 'pods of legacy exist'],
    () => {
      const {
        shop,
        services: [cart],
      } = shopWith('cart');
      shop
        .addService('legacy', { existingWorkload: { labels: { app: 'x' }, serviceAccount: 'x' } })
        .calls(cart, { addressEnvVar: 'CART' });
    },
  ],
];

const ALL = [
  ...MISTAKES,
  ...AGGREGATE_MISTAKES,
  ...EDGE_MISTAKES,
  ...EGRESS_MISTAKES,
  ...SERVICE_ACCESS_MISTAKES,
  ...LISTENER_MISTAKES,
  ...SHARED_GATEWAY_MISTAKES,
  ...VALUE_MISTAKES,
  ...ROLLOUT_MISTAKES,
  ...TRAFFIC_MISTAKES,
  ...WORKLOAD_KIND_MISTAKES,
  ...POD_MISTAKES,
  ...AUTH_MISTAKES,
  ...LIMIT_MISTAKES,
  ...GLOBAL_LIMIT_MISTAKES,
];

test.each(ALL)('%s throws, at the line that declares it', (_name, code, words, declare) => {
  const mistake = mistakeOf(declare);

  expect(mistake.code).toBe(code);
  words.forEach(word => expect(mistake.message).toContain(word));
  expect(mistake.message).toContain(mistake.fix);
  expect((mistake.stack ?? '').split('\n')[1]).toContain(__dirname);
});

test('every error of the model occurs above', () => {
  const folder = join(__dirname, '../../lib/topology');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => readFileSync(join(folder, file), 'utf8'));
  const known = texts.flatMap(text => [...text.matchAll(/code: '(\w+)'/g)].map(([, code]) => code));
  const made = new Set(ALL.map(([, code]) => code));

  // What comes after rendering has a table of its own, below; fronts are tested with the constructs that render them.
  expect([...new Set(known)].filter(code => !made.has(code ?? ''))).toEqual(['WrongFront', 'AlreadyRendered']);
});

test('an error points at the line that causes it', () => {
  const mistake = mistakeOf(() => new Topology('shop').addService('cart', {}));

  const [first, second] = (mistake.stack ?? '').split('\n');
  expect(first).toBe(`ValidationError: ${mistake.message}`);
  expect(second).toContain(__filename);
});

test.each<[string, (shop: Topology) => unknown]>([
  ['a service', shop => shop.addService('late', { image })],
  ['an external service', shop => shop.addExternalService('late', { host: 'a.example', port: Port.tls(443) })],
  ['an edge', shop => shop.addEdge('late', { host: 'b.example' })],
  ['a call', shop => shop.services[0]?.calls(shop.services[1] ?? never())],
  ['a split', shop => shop.services[0]?.split({ v1: 100 })],
  ['a header route', shop => shop.services[0]?.routeTo('v1', HeaderMatch.exact('x', 'y'))],
  ['a mirror', shop => shop.services[0]?.mirrorTo('v1')],
  ['a circuit breaker', shop => shop.services[0]?.addCircuitBreaker({ maxConnections: 1 })],
  ['load balancing', shop => shop.services[0]?.addLoadBalancing({ algorithm: LoadBalancingAlgorithm.RANDOM })],
  ['a route', shop => shop.edges[0]?.route('GET /late', shop.services[0] ?? never())],
])('%s after rendering throws, since it would be lost', (_name, declare) => {
  const { shop } = shopWith('web', 'cart');
  shop.addEdge('door', { host: 'a.example' });
  shop.close();

  expect(mistakeOf(() => declare(shop)).code).toBe('AlreadyRendered');
});

test('what is right is taken', () => {
  const shop = new Topology('shop', { namespace: 'market' });
  const web = shop.addService('web', { image, port: Port.http(80), health: Health.http('/ready') });
  const cart = shop.addService('web', { image, port: Port.http(80), namespace: 'other' });
  web.calls(cart, { timeout: Duration.seconds(1), retries: { attempts: 2, perTryTimeout: Duration.millis(499) } });

  expect(web.host).toBe('web.market.svc.cluster.local');
  expect(cart.hostNameIn('market')).toBe('web.other');
  expect(cart.hostNameIn('other')).toBe('web');
  expect(shop.namespaces).toEqual(['market', 'other']);
});

function never(): never {
  throw new Error('the fixture has two services');
}
