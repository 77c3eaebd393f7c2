import { Duration } from 'cdk8s';
import { Operation, Port, ProxyExtension, type ServiceProps, ServiceType, Topology, WorkloadKind } from '../../lib';

type Row = [string, string, string[], () => unknown];

const service = (props: ServiceProps) => () =>
  new Topology('shop').addService('web', { image: 'example/web:1', port: Port.http(80), ...props });
const denied = (operations: string[], props: ServiceProps = {}) =>
  service({ deniedOperations: operations.map(each => Operation.http(each)), ...props });

const trigger = { type: 'cpu', metadata: { value: '50' } };
const scaled = (autoscaling: object) => service({ autoscaling: { min: 1, max: 3, ...autoscaling } });
const lua = ProxyExtension.lua('function envoy_on_request(handle) end');

export const SERVICE_ACCESS_MISTAKES: Row[] = [
  ['a headless Service without a port', 'NoEffect', ['no Service'], service({ headless: true, port: undefined })],
  [
    'the type of a Service that exists',
    'NoEffect',
    ['exists already', 'serviceType'],
    service({
      image: undefined,
      serviceType: ServiceType.NODE_PORT,
      existingWorkload: { labels: { app: 'web' }, serviceAccount: 'web', hasService: true },
    }),
  ],
  [
    'a headless Service with a load balancer',
    'Contradiction',
    ['LoadBalancer has an address'],
    service({ headless: true, serviceType: ServiceType.LOAD_BALANCER }),
  ],
  [
    'a headless Service of a StatefulSet',
    'Contradiction',
    ['of its own'],
    service({ headless: true, workload: WorkloadKind.statefulSet() }),
  ],
  [
    'a headless Service with another port of the pods',
    'Contradiction',
    ['port 80', '8080'],
    service({ headless: true, port: Port.http(80, { target: 8080 }) }),
  ],
  ['a share of traces over 100', 'OutOfRange', ['101'], service({ telemetry: { samplingPercent: 101 } })],
  ['a tag of an invalid header', 'InvalidHeader', ['a b'], service({ telemetry: { traceHeaderTags: { a: 'a b' } } })],
  [
    'a tag twice',
    'Contradiction',
    ['"a"'],
    service({ telemetry: { traceTags: { a: 'x' }, traceHeaderTags: { a: 'x-a' } } }),
  ],
  ['an empty tag', 'InvalidName', ['"a"'], service({ telemetry: { traceTags: { a: ' ' } } })],
  ['an empty filter', 'InvalidName', ['accessLogFilter'], service({ telemetry: { accessLogFilter: '' } })],
  [
    'a filter of a disabled access log',
    'Contradiction',
    ['disabled'],
    service({ telemetry: { accessLog: false, accessLogFilter: 'response.code > 1' } }),
  ],
  [
    'telemetry without a proxy',
    'Contradiction',
    ['no proxies'],
    service({ inMesh: false, telemetry: { accessLog: false } }),
  ],
  ['objectives without any', 'NoEffect', ['neither'], service({ slo: {} })],
  ['an availability of 93 %', 'OutOfRange', ['14.4 times', '93.1'], service({ slo: { availability: 93 } })],
  ['an availability of 100 %', 'OutOfRange', ['no failure', '99.999'], service({ slo: { availability: 100 } })],
  ['an availability that is no number', 'OutOfRange', ['NaN'], service({ slo: { availability: NaN } })],
  [
    'a share of fast responses of 50 %',
    'OutOfRange',
    ['latency.percent', '50 %'],
    service({ slo: { latency: { percent: 50, within: Duration.millis(250) } } }),
  ],
  [
    'a latency without a bucket',
    'OutOfRange',
    ['300 ms', '250, 500'],
    service({ slo: { latency: { percent: 99, within: Duration.millis(300) } } }),
  ],
  [
    'objectives for connections',
    'NoEffect',
    ['no requests'],
    service({ port: Port.tcp(5432), slo: { availability: 99 } }),
  ],
  [
    'objectives of a caller without a proxy',
    'NoEffect',
    ['web has no proxy'],
    () => {
      const shop = new Topology('shop');
      const callee = shop.addService('cart', { image: 'cart', port: Port.http(80), inMesh: false });
      shop.addService('web', { image: 'web', inMesh: false }).calls(callee, { slo: { availability: 99 } });
    },
  ],
  [
    'a module by plain HTTP',
    'InvalidName',
    ['http://x'],
    () => ProxyExtension.wasm({ url: 'http://x', sha256: 'a'.repeat(64) }),
  ],
  [
    'a module without a checksum',
    'InvalidName',
    ['SHA-256'],
    () => ProxyExtension.wasm({ url: 'oci://x/y:1', sha256: '' }),
  ],
  ['a script without a function', 'InvalidName', ['envoy_on_request'], () => ProxyExtension.lua('x = 1')],
  [
    'an extension that is a text',
    'NotDeclared',
    ['`proxyExtensions[0]` is'],
    service({ proxyExtensions: ['x' as never] }),
  ],
  ['an extension without a proxy', 'NoEffect', ['no proxy'], service({ inMesh: false, proxyExtensions: [lua] })],
  ['an extension for bytes', 'NoEffect', ['no proxy'], service({ port: Port.tcp(80), proxyExtensions: [lua] })],
  ['no triggers of KEDA', 'Contradiction', ['empty'], scaled({ kedaTriggers: [] })],
  [
    'a trigger of KEDA without a type',
    'Contradiction',
    ['no type'],
    scaled({ kedaTriggers: [{ type: '', metadata: {} }] }),
  ],
  ['triggers of KEDA beside CPU', 'Contradiction', ['alone'], scaled({ kedaTriggers: [trigger], cpuPercent: 50 })],
  [
    'triggers of KEDA beside another autoscaler',
    'Contradiction',
    ['alone'],
    scaled({ kedaTriggers: [trigger], existing: true }),
  ],
  ['no denied operations', 'InvalidOperation', ['empty'], denied([])],
  ['a denied operation with a parameter', 'InvalidOperation', ['/a/{id}'], denied(['GET /a/{id}'])],
  ['a denied operation with a parameter before its end', 'InvalidOperation', ['/{id}/*'], denied(['GET /{id}/*'])],
  [
    'denied operations that are texts',
    'NotDeclared',
    ['`deniedOperations[0]` is'],
    service({ deniedOperations: ['GET /' as never] }),
  ],
  ['denied operations without a proxy', 'NoEffect', ['Without a proxy'], denied(['GET /a'], { inMesh: false })],
  ['denied operations of bytes', 'NoEffect', ['No port carries requests'], denied(['GET /a'], { port: Port.tcp(80) })],
];
