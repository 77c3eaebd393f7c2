import { addTo, type Cluster, Kind, type Labels, type Resource } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { othersOf } from '../names';

/** Kinds of which at most one object should apply to a workload, and the path of their selector. */
const KINDS = [
  { type: Kind.SIDECAR, path: ['workloadSelector', 'labels'], selectorless: ['IST0111', 'KIA0002'], selecting: ['IST0110', 'KIA0003'] },
  { type: Kind.TELEMETRY, path: ['selector', 'matchLabels'], selectorless: ['IST0160'], selecting: ['IST0159'] },
  { type: Kind.PEER_AUTHENTICATION, path: ['selector', 'matchLabels'], selectorless: ['KIA0002'], selecting: ['KIA0003'] },
] as const;

export const rivalDefaults: Check = {
  id: 'RivalDefaults',
  severity: Severity.ERROR,
  covers: KINDS.flatMap(each => each.selectorless).filter(isFirst),
  summary: 'Two Sidecars, Telemetries or PeerAuthentications apply to a whole namespace',
  explanation: 'Only one of them applies, usually the oldest, which files do not show. RequestAuthentications are combined, so several are fine.',
  *find(cluster) {
    for (const { type, path, selectorless } of KINDS) {
      const byNamespace = new Map<string, Resource[]>();
      for (const each of cluster.all(type).filter(each => Object.keys(each.spec.get(...path).strings).length === 0 && !hasTargets(each))) {
        addTo(byNamespace, each.namespace, each);
      }
      for (const rivals of byNamespace.values()) {
        for (const each of rivals.length > 1 ? rivals : []) {
          yield problem(each.metadata.get('name'), `${othersOf(each, rivals, nameOf)} also ${rivals.length > 2 ? 'apply' : 'applies'} to all of namespace ${each.namespace}, and only one of them takes effect.`,
            'Keep one, or add selectors to the others.', selectorless);
        }
      }
    }
  },
};

export const rivalSelectors: Check = {
  id: 'RivalSelectors',
  severity: Severity.ERROR,
  covers: KINDS.flatMap(each => each.selecting).filter(isFirst),
  summary: 'Two Sidecars, Telemetries or PeerAuthentications select one workload',
  explanation: 'Only one of them applies, usually the oldest, which files do not show.',
  *find(cluster) {
    for (const { type, path, selecting } of KINDS) {
      const byWorkload = new Map<string, Resource[]>();
      for (const each of cluster.all(type)) {
        for (const workload of selected(each.spec.get(...path).strings, each.namespace, cluster)) {
          addTo(byWorkload, workload, each);
        }
      }
      for (const [workload, rivals] of byWorkload) {
        for (const each of rivals.length > 1 ? rivals : []) {
          yield problem(each.metadata.get('name'), `${othersOf(each, rivals, nameOf)} also ${rivals.length > 2 ? 'select' : 'selects'} ${workload}, and only one of them takes effect.`, 'Merge them, or make the selectors disjoint.', selecting);
        }
      }
    }
  },
};

function selected(selector: Labels, namespace: string, cluster: Cluster): string[] {
  return Object.keys(selector).length === 0 ? [] : cluster.workloads.select(selector, namespace).map(each => `${each.resource.kind} ${each.resource.key}`);
}

function hasTargets(each: Resource): boolean {
  return each.spec.get('targetRef').exists || each.spec.get('targetRefs').items.length > 0;
}

function nameOf(each: Resource): string {
  return `${each.kind} ${each.key}`;
}

function isFirst(code: string, index: number, codes: readonly string[]): boolean {
  return codes.indexOf(code) === index;
}
