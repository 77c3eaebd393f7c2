import { IstioAmbient, IstioSidecars } from '../lib/istio';
import { NoMesh } from '../lib/kubernetes';
import { LinkerdMesh } from '../lib/linkerd';
import { Capability } from '../lib/topology';

const TIERS = [new NoMesh(), new IstioAmbient(), new IstioSidecars(), new LinkerdMesh()];

/** The table of what targets support between services, from the lists that synthesis compares topologies with. */
export function tierCapabilities(): string {
  const rows = Object.values(Capability)
    .filter(each => TIERS.some(({ capabilities }) => capabilities.includes(each)))
    .map(each => [each, ...TIERS.map(({ capabilities }) => (capabilities.includes(each) ? 'yes' : 'error'))]);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(['', ...TIERS.map(({ name }) => name)]), row(['---', ...TIERS.map(() => '---')]), ...rows.map(row)].join(
    '\n',
  );
}
