import type { Topology } from '../../topology';
import { Severity } from '../finding';
import type { SynthesisFinding } from './codes';

/** Services that require tokens, and for whose pods no policy is rendered. */
export function unverifiedTokens(topology: Topology): SynthesisFinding[] {
  return topology.services
    .filter(({ auth, isForeign }) => auth !== undefined && isForeign)
    .map(({ path, name, namespace }) => ({
      id: 'UnverifiedTokens',
      severity: Severity.ERROR,
      path,
      message:
        `${name} exists in namespace ${namespace}, which the topology does not own: its owner manages its policies, so `
        + 'requests without a token would be allowed.',
      fix: `Remove requireAuth, or own the namespace: \`topology.addNamespace('${namespace}')\`.`,
    }));
}
