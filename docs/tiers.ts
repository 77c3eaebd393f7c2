import { EnvoyGateway } from '../lib/gateway';
import { IstioAmbient, IstioIngress, IstioSidecars } from '../lib/istio';
import { NoMesh } from '../lib/kubernetes';
import { LinkerdMesh } from '../lib/linkerd';
import { BY_FRONT_ALONE, Capability } from '../lib/topology';

const TIERS = [new NoMesh(), new IstioAmbient(), new IstioSidecars(), new LinkerdMesh()];
/** What sidecars support besides, between services: the other capabilities are those of gateways. */
const BETWEEN_SERVICES: readonly Capability[] = [
  Capability.RETRIES,
  Capability.HEADER_CHANGES,
  Capability.REWRITES,
  Capability.LOAD_BALANCING,
];

/** The table of what targets support between services, from the lists that synthesis compares topologies with. */
export function tierCapabilities(): string {
  const atGateways = [...new IstioIngress().capabilities, ...new EnvoyGateway().capabilities, ...BY_FRONT_ALONE];
  const rows = Object.values(Capability)
    .filter(each => BETWEEN_SERVICES.includes(each) || !atGateways.includes(each))
    .map(each => [each, ...TIERS.map(({ capabilities }) => (capabilities.includes(each) ? 'yes' : 'error'))]);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(['', ...TIERS.map(({ name }) => name)]), row(['---', ...TIERS.map(() => '---')]), ...rows.map(row)].join(
    '\n',
  );
}
