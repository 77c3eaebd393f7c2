import {
  type EgressGatewayProps,
  type ExternalServiceProps,
  Machines,
  OutboundTraffic,
  Port,
  type ServiceProps,
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

export const EGRESS_MISTAKES: Row[] = [
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
];
