import { Kind } from './kinds';
import type { Resource } from './resource';
import { type AddedLabel, type Labels, withAdded } from './selector';

/**
 * The labels of the Pods of a workload: those of its template, and those that its controller and the injector of Istio
 * add.
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/
 */
export function labelsOfPods(workload: Resource, ofTemplate: Labels): Labels {
  return withAdded(ofTemplate, new Map([...ofInjector(workload, ofTemplate), ...ofController(workload)]));
}

type Named = readonly (readonly [name: string, label: AddedLabel])[];

function ofController({ type, name, spec }: Resource): Named {
  switch (type) {
    case Kind.STATEFUL_SET: {
      const start = spec.get('ordinals', 'start').number ?? 0;
      const ordinals = numbered(start, spec.get('replicas').number);
      return [
        ['statefulset.kubernetes.io/pod-name', after(`${name}-`, ordinals)],
        ['apps.kubernetes.io/pod-index', ordinals],
        ['controller-revision-hash', ANY],
      ];
    }
    case Kind.DAEMON_SET:
      return [
        ['controller-revision-hash', ANY],
        ['pod-template-generation', ANY],
      ];
    case Kind.DEPLOYMENT:
      return [['pod-template-hash', ANY]];
    case Kind.ROLLOUT:
      return [['rollouts-pod-template-hash', ANY]];
    case Kind.JOB:
      return spec.get('manualSelector').isTrue
        ? []
        : ofJob(exactly(name), spec.get('completionMode').text === 'Indexed' ? spec.get('completions').number : 0);
    case Kind.CRON_JOB: {
      const job = spec.get('jobTemplate', 'spec');
      return ofJob(
        after(`${name}-`, numbered(0, undefined)),
        job.get('completionMode').text === 'Indexed' ? job.get('completions').number : 0,
      );
    }
    default:
      return [];
  }
}

function ofJob(job: AddedLabel, completions: number | undefined): Named {
  return [
    ['job-name', job],
    ['batch.kubernetes.io/job-name', job],
    ['controller-uid', ANY],
    ['batch.kubernetes.io/controller-uid', ANY],
    ...(completions === 0 ? [] : [['batch.kubernetes.io/job-completion-index', numbered(0, completions)] as const]),
  ];
}

/** @see https://github.com/istio/istio/blob/master/manifests/charts/istio-control/istio-discovery/files/injection-template.yaml */
function ofInjector({ name }: Resource, labels: Labels): Named {
  const title = labels['app.kubernetes.io/name'] ?? labels.app ?? name;
  const revision = labels['app.kubernetes.io/version'] ?? labels.version ?? 'latest';
  return [
    ['service.istio.io/canonical-name', ifInjected(title.slice(0, 63).replace(/^[-_.]+|[-_.]+$/g, ''))],
    ['service.istio.io/canonical-revision', ifInjected(revision)],
    ['security.istio.io/tlsMode', ifInjected('istio')],
  ];
}

const ANY: AddedLabel = { example: '', isCertain: true, isShared: true, matches: value => value !== '' };

function exactly(text: string): AddedLabel {
  return { example: text, isCertain: true, isShared: true, matches: value => value === text };
}

function ifInjected(text: string): AddedLabel {
  return { ...exactly(text), isCertain: false };
}

/** The numbers of Pods from a first one; all without a count, which another object may set. */
function numbered(first: number, count: number | undefined): AddedLabel {
  return {
    example: '0',
    isCertain: true,
    isShared: count === 1,
    matches: value =>
      /^(0|[1-9]\d*)$/.test(value)
      && Number(value) >= first
      && (count === undefined || Number(value) < first + Math.max(count, 1)),
  };
}

function after(prefix: string, { example, isCertain, isShared, matches }: AddedLabel): AddedLabel {
  return {
    example: prefix + example,
    isCertain,
    isShared,
    matches: value => value.startsWith(prefix) && matches(value.slice(prefix.length)),
  };
}
