import { type Cluster, type Field, Kind, type Labels } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { annotationProblem } from './annotation-values';
import { istioAnnotations, knownAnnotation } from './known-annotations';

interface Use {
  readonly name: string;
  readonly at: Field;
  readonly kind: string;
  /** Of the same object. */
  readonly labels: Labels;
}

/** The objects whose annotations are checked, with the annotations in the pod templates of Deployments and others. */
function uses(cluster: Cluster): Use[] {
  return [
    ...[Kind.NAMESPACE, Kind.SERVICE, Kind.POD, Kind.DEPLOYMENT].flatMap(type => cluster.all(type)).flatMap(resource => usesIn(resource.metadata, resource.kind, resource.labels)),
    ...cluster.workloads.all.filter(each => each.resource.type !== Kind.POD).flatMap(each => usesIn(each.template.get('metadata'), 'Pod', each.labels)),
  ];
}

function usesIn(metadata: Field, kind: string, labels: Labels): Use[] {
  return istioAnnotations(metadata.get('annotations')).map(([name, at]) => ({ name, at, kind, labels }));
}

/** Whether an annotation is on a kind of object on which Istio reads it. */
function isPlaced({ name, kind }: Use): boolean {
  const kinds = knownAnnotation(name)?.kinds ?? ['Any'];
  return kinds.includes('Any') || kinds.includes(kind);
}

export const unknownAnnotation: Check = {
  id: 'UnknownAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0108'],
  summary: 'An annotation looks like an Istio annotation but is not one',
  explanation: 'Istio ignores it: usually it is misspelled, or was removed in an earlier version.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => !knownAnnotation(each.name))) {
      yield problem(at, `Istio has no annotation "${name}".`, 'Correct its spelling, or remove it.');
    }
  },
};

export const misplacedAnnotation: Check = {
  id: 'MisplacedAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0107'],
  summary: 'An Istio annotation is on a kind of object on which it is ignored',
  explanation: 'It has no effect there. Annotations for pods belong in the pod template of a Deployment (`spec.template.metadata`), not in its own metadata.',
  *find(cluster) {
    for (const use of uses(cluster).filter(each => !isPlaced(each))) {
      const kinds = knownAnnotation(use.name)?.kinds ?? [];
      yield problem(use.at, `"${use.name}" is read on ${kinds.join(', ')}, not on ${use.kind}.`, kinds.includes('Pod') && use.kind === 'Deployment' ? 'Move it to spec.template.metadata.annotations.' : 'Move it to such an object.');
    }
  },
};

export const invalidAnnotation: Check = {
  id: 'InvalidAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0125'],
  summary: 'An Istio annotation has an invalid value',
  explanation: 'The injector rejects the pod, or ignores the annotation.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(isPlaced)) {
      const wrong = annotationProblem(name, at.text);
      if (wrong) {
        yield problem(at, `"${name}" is ${JSON.stringify(at.text)}, and must be ${wrong}.`, 'Correct the value.');
      }
    }
  },
};

export const deprecatedAnnotation: Check = {
  id: 'DeprecatedAnnotation',
  severity: Severity.INFO,
  covers: ['IST0135'],
  summary: 'An Istio annotation is deprecated',
  explanation: 'A future version may ignore it. `sidecar.istio.io/inject` is now a label; next to that label the annotation does no harm.',
  *find(cluster) {
    for (const { name, at, labels } of uses(cluster).filter(each => knownAnnotation(each.name)?.isDeprecated)) {
      if (name !== 'sidecar.istio.io/inject' || !(name in labels)) {
        yield problem(at, `"${name}" is deprecated.`, name === 'sidecar.istio.io/inject' ? 'Make it a label.' : 'Remove it.');
      }
    }
  },
};

export const alphaAnnotation: Check = {
  id: 'AlphaAnnotation',
  severity: Severity.INFO,
  covers: ['IST0136'],
  summary: 'An Istio annotation is alpha',
  explanation: 'It may change or disappear without notice. `istioctl analyze` has this check too, disabled by default.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => knownAnnotation(each.name)?.isAlpha)) {
      yield problem(at, `"${name}" is alpha, so it may change with any version of Istio.`, 'Check the release notes before an upgrade.');
    }
  },
};
