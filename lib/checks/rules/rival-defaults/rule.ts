import { addTo, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';
import { othersOf } from '../../manifests/names';
import { isFirst, KINDS, nameOf } from '../../manifests/security/rival-policies';

export const rule: Check = {
  id: 'RivalDefaults',
  severity: Severity.ERROR,
  covers: KINDS.flatMap(each => each.selectorless).filter(isFirst),
  summary: 'Two Sidecars, Telemetries or PeerAuthentications apply to a whole namespace',
  explanation:
    'Only one of them applies, usually the oldest, which files do not show. RequestAuthentications are '
    + 'combined, so several are fine.',
  *find(cluster) {
    for (const { type, path, selectorless } of KINDS) {
      const byNamespace = new Map<string, Resource[]>();
      for (const each of cluster
        .all(type)
        .filter(each => Object.keys(each.spec.get(...path).strings).length === 0 && !hasTargets(each))) {
        addTo(byNamespace, each.namespace, each);
      }
      for (const rivals of byNamespace.values()) {
        for (const each of rivals.length > 1 ? rivals : []) {
          yield problem(
            each.metadata.get('name'),
            `${othersOf(each, rivals, nameOf)} also ${rivals.length > 2 ? 'apply' : 'applies'} to all of `
              + `namespace ${each.namespace}, and only one of them takes effect.`,
            'Keep one, or add selectors to the others.',
            selectorless,
          );
        }
      }
    }
  },
};

function hasTargets(each: Resource): boolean {
  return each.spec.get('targetRef').exists || each.spec.get('targetRefs').items.length > 0;
}
