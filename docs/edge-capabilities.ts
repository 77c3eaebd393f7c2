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
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = Object.values(Capability)
    .map(capability => [capability, ...GATEWAYS.map(each => atGateway(each, capability)), frontsWith(capability)])
    .filter(([, ...cells]) => cells.some(each => each === 'yes' || each === BY_FRONT));
  return [
    row(['', ...GATEWAYS.map(({ name }) => name), 'fronts that have it']),
    row(['---', ...GATEWAYS.map(() => '---'), '---']),
    ...rows.map(row),
  ].join('\n');
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
