import { Operation, Port, type ServiceProps, ServiceType, Topology, WorkloadKind } from '../../lib';

type Row = [string, string, string[], () => unknown];

const service = (props: ServiceProps) => () =>
  new Topology('shop').addService('web', { image: 'example/web:1', port: Port.http(80), ...props });
const denied = (operations: string[], props: ServiceProps = {}) =>
  service({ deniedOperations: operations.map(each => Operation.http(each)), ...props });

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
  ['no denied operations', 'InvalidOperation', ['empty'], denied([])],
  ['a denied operation with a parameter', 'InvalidOperation', ['/a/{id}'], denied(['GET /a/{id}'])],
  ['a denied operation with a parameter before its end', 'InvalidOperation', ['/{id}/*'], denied(['GET /{id}/*'])],
  [
    'denied operations that are texts',
    'NotDeclared',
    ['The operation'],
    service({ deniedOperations: ['GET /' as never] }),
  ],
  ['denied operations without a proxy', 'NoEffect', ['Without a proxy'], denied(['GET /a'], { inMesh: false })],
  ['denied operations of bytes', 'NoEffect', ['No port carries requests'], denied(['GET /a'], { port: Port.tcp(80) })],
];
