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

/** The objects whose annotations are looked at, with the annotations of the pods that Deployments and others make. */
function uses(cluster: Cluster): Use[] {
  return [
    ...[Kind.NAMESPACE, Kind.SERVICE, Kind.POD, Kind.DEPLOYMENT].flatMap(type => cluster.all(type)).flatMap(resource => usesIn(resource.metadata, resource.kind, resource.labels)),
    ...cluster.workloads.all.filter(each => each.resource.type !== Kind.POD).flatMap(each => usesIn(each.template.get('metadata'), 'Pod', each.labels)),
  ];
}

function usesIn(metadata: Field, kind: string, labels: Labels): Use[] {
  return istioAnnotations(metadata.get('annotations')).map(([name, at]) => ({ name, at, kind, labels }));
}

/** Whether an annotation is on a kind of object on which somebody reads it. */
function isPlaced({ name, kind }: Use): boolean {
  const kinds = knownAnnotation(name)?.kinds ?? ['Any'];
  return kinds.includes('Any') || kinds.includes(kind);
}

export const unknownAnnotation: Check = {
  id: 'UnknownAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0108'],
  summary: 'An annotation looks like one of Istio\'s and is none',
  explanation: 'Nobody reads it: usually it is misspelled, or of a version long gone.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => !knownAnnotation(each.name))) {
      yield problem(at, `Istio knows no annotation "${name}".`, 'Correct its spelling, or remove it.');
    }
  },
};

export const misplacedAnnotation: Check = {
  id: 'MisplacedAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0107'],
  summary: 'An annotation of Istio is on a kind of object on which nobody reads it',
  explanation: 'It has no effect there. What is for pods has to be in the template of a Deployment (`spec.template.metadata`), not in its own metadata.',
  *find(cluster) {
    for (const use of uses(cluster).filter(each => !isPlaced(each))) {
      const kinds = knownAnnotation(use.name)?.kinds ?? [];
      yield problem(use.at, `"${use.name}" is read on ${kinds.join(', ')}, not on ${use.kind}.`, kinds.includes('Pod') && use.kind === 'Deployment' ? 'Move it to spec.template.metadata.annotations.' : 'Move it there.');
    }
  },
};

export const invalidAnnotation: Check = {
  id: 'InvalidAnnotation',
  severity: Severity.WARNING,
  covers: ['IST0125'],
  summary: 'An annotation of Istio has a value that it cannot have',
  explanation: 'The injector refuses the pod, or ignores the annotation.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(isPlaced)) {
      const wrong = annotationProblem(name, at.text);
      if (wrong) {
        yield problem(at, `"${name}" is ${JSON.stringify(at.text)}, and has to be ${wrong}.`, 'Correct the value.');
      }
    }
  },
};

export const deprecatedAnnotation: Check = {
  id: 'DeprecatedAnnotation',
  severity: Severity.INFO,
  covers: ['IST0135'],
  summary: 'An annotation of Istio is deprecated',
  explanation: 'A coming version may not read it any more. `sidecar.istio.io/inject` is a label today; beside that label the annotation does no harm.',
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
  summary: 'An annotation of Istio is alpha',
  explanation: 'It may change or go without notice. `istioctl analyze` has this check too, and leaves it out unless asked.',
  *find(cluster) {
    for (const { name, at } of uses(cluster).filter(each => knownAnnotation(each.name)?.isAlpha)) {
      yield problem(at, `"${name}" is alpha, so it may change with any version of Istio.`, 'Look it up in the release notes before an upgrade.');
    }
  },
};
