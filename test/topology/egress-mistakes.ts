import {
  type EgressGatewayProps,
  type ExternalServiceProps,
  Machines,
  OutboundTraffic,
  Port,
  type ServiceProps,
  TlsOrigination,
  Topology,
} from '../../lib';

type Row = [string, string, string[], () => unknown];

const gateway =
  (name: string, props: EgressGatewayProps = {}) =>
  () =>
    new Topology('shop').addEgressGateway(name, props);

/** A call of an external service through an egress gateway. */
const through =
  (props: Partial<ExternalServiceProps>, caller: ServiceProps = {}, call: object = {}) =>
  () => {
    const shop = new Topology('shop');
    const egressGateway = shop.addEgressGateway('out');
    const bank = shop.addExternalService('bank', {
      host: 'bank.example',
      port: Port.http(80),
      egressGateway,
      ...props,
    });
    shop.addService('web', { image: 'example/web:1', ...caller }).calls(bank, call);
  };

const service = (props: ServiceProps) => () =>
  new Topology('shop').addService('web', { image: 'example/web:1', ...props });

const onMachines = (props: ServiceProps) => () =>
  new Topology('shop').addService('web', { machines: Machines.at(['10.0.8.4']), ...props });

const outside = (props: Partial<ExternalServiceProps>) => () =>
  new Topology('shop', { clusterDomain: 'corp.example' }).addExternalService('x', { port: Port.tls(443), ...props });

/** A call of an external service with a Service of the cluster. */
const byName =
  (props: Partial<ExternalServiceProps>, caller: ServiceProps = {}) =>
  () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', { port: Port.tcp(5432), clusterService: true, ...props });
    shop.addService('web', { image: 'example/web:1', ...caller }).calls(bank, { addressEnvVar: 'BANK' });
  };

test.each([
  ['plain TCP by a name for the host', byName({ host: 'bank.example' }, { inMesh: false })],
  [
    'another port of an address',
    byName({ addresses: ['10.1.2.3'], port: Port.tcp(80, { target: 81 }) }, { inMesh: false }),
  ],
  ['requests to an address', byName({ addresses: ['10.1.2.3'], port: Port.http(80) }, { inMesh: false })],
  ['TLS of the caller to an address', byName({ addresses: ['10.1.2.3'], port: Port.tls(443) })],
  ['several addresses, of which none is the only one', byName({ addresses: ['10.1.2.3', '10.1.2.4'] })],
])('a Service of the cluster for a host outside accepts %s', (_what, declare) => {
  expect(declare).not.toThrow();
});

/** A service that calls one outside, before or after a service of the cluster on the same port. */
const besideRequests =
  (isFirst: boolean, props: Partial<ExternalServiceProps> = {}, caller: ServiceProps = {}) =>
  () => {
    const shop = new Topology('shop');
    const bank = shop.addExternalService('bank', { host: 'bank.example', port: Port.tcp(80), ...props });
    const cart = shop.addService('cart', { image: 'example/cart:1', port: Port.http(80), inMesh: caller.inMesh });
    const web = shop.addService('web', { image: 'example/web:1', ...caller });
    (isFirst ? [bank, cart] : [cart, bank]).forEach(callee => web.calls(callee));
  };

test('a host outside can be in the domain of the cluster, beside its services', () => {
  expect(outside({ host: 'x.corp.example' })).not.toThrow();
  expect(outside({ host: '*.x.corp.example' })).not.toThrow();
});

test.each([
  ['addresses of its own', besideRequests(true, { host: undefined, addresses: ['203.0.113.5'] })],
  ['requests', besideRequests(true, { port: Port.http(80) })],
  ['a caller without a proxy', besideRequests(false, {}, { inMesh: false })],
])('a service outside with %s shares its port with requests to the cluster', (_what, declare) => {
  expect(declare).not.toThrow();
});

export const EGRESS_MISTAKES: Row[] = [
  ...['web.shop.svc.corp.example', 'web.shop.svc', '*.shop.svc.corp.example', '*.corp.example'].map((host): Row => [
    `the host ${host} outside`,
    'InvalidHost',
    [`"${host}" is in the cluster`],
    outside({ host }),
  ]),
  ...['metadata.google.internal', 'instance-data.ec2.internal'].map((host): Row => [
    `the host ${host} outside`,
    'InvalidHost',
    ['credentials of instances'],
    outside({ host }),
  ]),
  ...['127.0.0.1', '127.0.0.0/24', '::1', '0.0.0.0', '224.0.0.1', 'ff02::1'].map((address): Row => [
    `the address ${address} outside`,
    'InvalidCidr',
    ['not an address of another host'],
    outside({ addresses: [address], port: Port.tcp(443) }),
  ]),
  ...['::ffff:169.254.169.254', '0:0:0:0:0:ffff:a9fe:a9fe'].map((address): Row => [
    `the IPv4 address ${address} outside, in IPv6`,
    'InvalidCidr',
    ['not a CIDR'],
    outside({ addresses: [address], port: Port.tcp(443) }),
  ]),
  ...[true, false].map((isFirst): Row => [
    `TCP outside on a port of requests to the cluster, ${isFirst ? 'before' : 'after'} these`,
    'IndistinctHosts',
    ['bank', 'cart', 'port 80'],
    besideRequests(isFirst),
  ]),
  [
    'TLS outside on a port of requests to the cluster',
    'IndistinctHosts',
    ['as tls and http'],
    besideRequests(false, { port: Port.tls(80) }),
  ],
  ['a machine at a local address', 'InvalidCidr', ['another host'], () => Machines.at(['127.0.0.1'])],
  ...[() => Machines.at(['169.254.169.254']), () => Machines.registering(['169.254.0.0/16'])].map(
    (declare, index): Row => [`machines that serve credentials (${index})`, 'InvalidCidr', ['credentials'], declare],
  ),
  ['machines that are no address', 'InvalidCidr', ['"web-1"'], () => Machines.at(['web-1'])],
  ['machines without addresses', 'InvalidCidr', ['no addresses'], () => Machines.at([])],
  ['a machine twice', 'InvalidCidr', ['twice'], () => Machines.at(['10.0.8.4', '10.0.8.4'])],
  ['machines at every address', 'InvalidCidr', ['every address'], () => Machines.registering(['0.0.0.0/0'])],
  ['machines in no range', 'InvalidCidr', ['not a CIDR'], () => Machines.registering(['10.0.8.4'])],
  [
    'machines that are a text',
    'NotDeclared',
    ['`machines` is'],
    service({ image: undefined, machines: '10.0.8.4' as never }),
  ],
  ['machines with an image', 'Contradiction', ['Machines run it', 'image'], onMachines({ image: 'example/web:1' })],
  [
    'machines with a disruption budget',
    'NoEffect',
    ['no pods'],
    onMachines({ disruptionBudget: { maxUnavailable: '1' } }),
  ],
  ['machines without a proxy', 'Contradiction', ['no identity'], onMachines({ inMesh: false })],
  [
    'machines of pods that exist',
    'NoEffect',
    ['no pods'],
    onMachines({ existingWorkload: { labels: { app: 'web' }, serviceAccount: 'web' } }),
  ],
  ['any traffic outside without a reason', 'MissingReason', ['without a reason'], () => OutboundTraffic.any(' ')],
  [
    'outbound traffic that is a text',
    'NotDeclared',
    ['`outboundTraffic` is'],
    service({ outboundTraffic: 'any' as never }),
  ],
  [
    'outbound traffic of a topology that is a text',
    'NotDeclared',
    ['`outboundTraffic` is'],
    () => new Topology('shop', { outboundTraffic: 'any' as never }),
  ],
  ['a dry run without a reason', 'MissingReason', ['not enforced'], service({ authorizationDryRun: '' })],
  ['a dry run without a proxy', 'NoEffect', ['Without a proxy'], service({ authorizationDryRun: 'x', inMesh: false })],
  ...(
    [
      ['without a proxy', 'NoEffect', 'Without a proxy', [{ port: 80, reason: 'x' }], { inMesh: false }],
      ['in an empty list', 'NoEffect', 'is empty', [], {}],
      ['without a reason', 'MissingReason', 'without a reason', [{ port: 80, reason: ' ' }], {}],
      ['twice', 'Duplicate', 'twice', [80, 80].map(port => ({ port, reason: 'x' })), {}],
      ['that is not there', 'UnknownPort', 'no port 81', [{ port: 81, reason: 'x' }], {}],
      ['for requests', 'Contradiction', 'distinguished', [{ port: 80, reason: 'x' }], { port: Port.http(80) }],
      [
        'that is another one of the pods',
        'Contradiction',
        'one port of the pods',
        [{ port: 80, reason: 'x' }],
        { ports: [Port.tcp(81, { target: 80, name: 'other' })] },
      ],
    ] as const
  ).map(([what, code, text, portsWithoutMutualTls, props]): Row => [
    `a port without mutual TLS ${what}`,
    code,
    [text],
    service({ port: Port.tcp(80), ...props, portsWithoutMutualTls: [...portsWithoutMutualTls] } as ServiceProps),
  ]),
  ['an egress gateway with an invalid name', 'InvalidName', ['"Out"'], gateway('Out')],
  ['an egress gateway with the name of a whole namespace', 'ReservedName', ['"default"'], gateway('default')],
  [
    'an egress gateway in a namespace of the mesh',
    'ReservedNamespace',
    ['istio-system'],
    gateway('out', { namespace: 'istio-system' }),
  ],
  ['an egress gateway without pods', 'OutOfRange', ['replicas is 0'], gateway('out', { replicas: 0 })],
  [
    'an egress gateway with the name of a service',
    'Duplicate',
    ['a service "web"'],
    () => {
      const shop = new Topology('shop');
      shop.addService('web', { image: 'example/web:1' });
      shop.addEgressGateway('web');
    },
  ],
  ['what is no egress gateway', 'NotDeclared', ['`egressGateway` is'], through({ egressGateway: 'out' as never })],
  [
    'an egress gateway of another topology',
    'ForeignService',
    ['belongs to the topology "other"'],
    through({ egressGateway: new Topology('other').addEgressGateway('out') }),
  ],
  ['an egress gateway of a whole domain', 'Contradiction', ['wildcard'], through({ host: '*.bank.example' })],
  ['an egress gateway of addresses', 'Contradiction', ['addresses'], through({ addresses: ['10.1.2.3'] })],
  [
    'an egress gateway without a host',
    'Contradiction',
    ['one host'],
    through({ host: undefined, addresses: ['10.1.2.3'] }),
  ],
  ['an egress gateway of a caller without a proxy', 'Contradiction', ['no identity'], through({}, { inMesh: false })],
  [
    'an egress gateway of a rewritten host',
    'Contradiction',
    ['rewrites'],
    through({}, {}, { rewrite: { host: 'x.example' } }),
  ],
  [
    'an egress gateway of a Service',
    'Contradiction',
    ['would be that of the Service'],
    through({ clusterService: true }),
  ],
  [
    'a Service of a host with addresses',
    'Contradiction',
    ['either'],
    byName({ host: 'x.example', addresses: ['10.1.2.3'] }),
  ],
  ['a Service of a whole domain', 'Contradiction', ['one host'], byName({ host: '*.x.example', port: Port.http(80) })],
  ['a Service of a range', 'Contradiction', ['not ranges'], byName({ addresses: ['10.1.2.0/24'] })],
  ['a Service of nothing', 'InvalidHost', ['neither a host name nor addresses'], byName({})],
  [
    'a Service with TLS to a host',
    'Contradiction',
    ['handshake on port 443'],
    byName({ host: 'x.example', port: Port.tls(443) }),
  ],
  [
    'a Service with TLS of the proxy to an address without a name',
    'InvalidHost',
    ['not one host'],
    byName({ addresses: ['10.1.2.3'], port: Port.http(80, { target: 443 }), tlsOrigination: TlsOrigination.simple() }),
  ],
  [
    'a Service with requests of a caller without a proxy',
    'Contradiction',
    ['"bank" as their host, not x.example'],
    byName({ host: 'x.example', port: Port.http(80) }, { inMesh: false }),
  ],
  ...[true, false].map((clusterService): Row => [
    `another port of a host, without a proxy${clusterService ? ' and by a Service' : ''}`,
    'Contradiction',
    ['connects to port 80 itself, not to 81'],
    byName({ host: 'x.example', port: Port.tcp(80, { target: 81 }), clusterService }, { inMesh: false }),
  ]),
];
