import { boutique } from '../bin/boutique';
import { tlsSecret } from './certificates';
import type { Lab } from './lab';
import type { World } from './world';

let deployed: Promise<World> | undefined;

/** The boutique in the lab, deployed once for all its claims. */
export function theBoutique(lab: Lab): Promise<World> {
  deployed ??= lab.deploy(boutique, {
    before: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'boutique' } },
      tlsSecret(lab, 'boutique', 'shop-tls', 'shop.example'),
    ],
  });
  return deployed;
}
