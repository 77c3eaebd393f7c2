import { BY_FRONT_ALONE, Capability, Front } from '../lib/topology';
import { EnvoyGateway } from '../lib/gateway';
import { IstioIngress } from '../lib/istio';

const addresses = ['10.0.8.0/24'];
const GATEWAYS = [new IstioIngress(), new EnvoyGateway()];
const FRONTS = [
  Front.httpApi({ addresses }),
  Front.restApi({ addresses }),
  Front.googleApiGateway({ addresses }),
  Front.azureApiManagement({ addresses }),
];

/** The table of the capabilities of gateways and fronts, from the lists that synthesis compares edges with. */
export function edgeCapabilities(): string {
  const rows = Object.values(Capability)
    .map(capability => [capability, ...GATEWAYS.map(each => atGateway(each, capability)), frontsWith(capability)])
    .filter(([, ...cells]) => cells.some(each => each === 'yes' || each === BY_FRONT));
  return [
    row(['', ...GATEWAYS.map(({ name }) => name), 'fronts that have it']),
    row(['---', ...GATEWAYS.map(() => '---'), '---']),
    ...rows.map(row),
  ].join('\n');
}

const AWS = [Front.httpApi({ addresses }), Front.restApi({ addresses }), Front.webSocketApi({ addresses })];

/** The table of what the APIs of AWS enforce, from the lists of their fronts. */
export function awsCapabilities(): string {
  const cellOf = (front: Front, capability: Capability) =>
    front.enforcesAlone(capability) ? 'alone' : front.capabilities.includes(capability) ? 'yes' : '';
  const rows = Object.values(Capability)
    .map(capability => [capability, ...AWS.map(front => cellOf(front, capability))])
    .filter(([, ...cells]) => cells.some(each => each !== ''));
  return [['', ...AWS.map(({ name }) => name)], ['---', ...AWS.map(() => '---')], ...rows].map(row).join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const BY_FRONT = 'by a front';

function atGateway({ capabilities }: { readonly capabilities: readonly Capability[] }, capability: Capability): string {
  return capabilities.includes(capability) ? 'yes' : BY_FRONT_ALONE.includes(capability) ? BY_FRONT : 'error';
}

function frontsWith(capability: Capability): string {
  return FRONTS.filter(({ capabilities }) => capabilities.includes(capability))
    .map(({ name }) => name)
    .join(', ');
}
