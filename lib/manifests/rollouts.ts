import { Kind } from './kinds';
import type { Resource } from './resource';
import type { Labels } from './selector';

const HASH = 'rollouts-pod-template-hash';

/**
 * The labels by which a Service selects Pods, as far as manifests have them. Argo Rollouts adds a hash to those of the
 * Services that a Rollout names, which selects its old or its new Pods; one that has no others selects Pods of the
 * Rollout.
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/#host-level-traffic-splitting
 */
export function selectorOf({ name, namespace, spec }: Resource, rollouts: readonly Resource[]): Labels {
  const { [HASH]: hash, ...others } = spec.get('selector').strings;
  const selector = hash === undefined ? spec.get('selector').strings : others;
  if (Object.keys(selector).length > 0) {
    return selector;
  }
  const rollout = rollouts.find(
    each => each.type === Kind.ROLLOUT && each.namespace === namespace && servicesOf(each).includes(name),
  );
  return rollout?.spec.get('selector', 'matchLabels').strings ?? {};
}

/** The Services whose selector the controller sets. */
function servicesOf({ spec }: Resource): string[] {
  const strategy = spec.get('strategy');
  return [
    strategy.get('canary', 'stableService'),
    strategy.get('canary', 'canaryService'),
    strategy.get('blueGreen', 'activeService'),
    strategy.get('blueGreen', 'previewService'),
  ].map(({ text }) => text);
}
