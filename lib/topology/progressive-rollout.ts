import type { Duration } from 'cdk8s';
import { DECLARING, type Declaring, requireDeclaring } from './declaring';
import { duplicate } from './duplicate';
import { requireDnsLabel } from './names';
import { requireDuration, requireInteger } from './numbers';
import type { Port } from './port';
import type { Slo } from './slo';
import { ValidationError } from './validation-error';
import type { WorkloadKind } from './workload-kind';
import type { WorkloadProps } from './workload';

/** How a change of a service's pods receives requests step by step, and what ends it. */
export interface ProgressiveRolloutProps {
  /**
   * The address of the Prometheus with the metrics of the proxies, as Argo Rollouts reaches it, e.g.
   * `http://prometheus.monitoring:9090`.
   */
  readonly prometheus: string;
  /**
   * The shares of requests that new pods receive one after the other, in percent, increasing. After the last one they
   * receive all.
   * @default - 5, 25, 50
   */
  readonly steps?: number[];
  /**
   * The time before the first measurement of a step, and between two of them. Each measurement covers the requests of
   * this time. At least 30 s: Prometheus needs two samples of each proxy.
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;
  /**
   * The number of measurements of each step that must all meet the objectives.
   * @default 5
   */
  readonly measurements?: number;
  /**
   * How many times as fast as its objective allows new pods may burn the error budget: with an availability of 99.9 %
   * and 10, 1 % of their requests may fail.
   * @default 1
   */
  readonly burnRate?: number;
}

/** The parts of a service that a rollout depends on. */
interface Rolled {
  readonly path: string;
  readonly name: string;
  readonly ports: readonly Port[];
  readonly versions: ReadonlyMap<string, { readonly workload: WorkloadProps }>;
  readonly exists: boolean;
  readonly inMesh: boolean;
  readonly workloadKind: WorkloadKind;
  readonly objects: { readonly slo?: Slo };
}

/**
 * A progressive rollout of a service. In the cluster: a Rollout of Argo Rollouts in place of the Deployment, a Service
 * for the stable pods and one for the new ones, a route to both in the VirtualService, and an AnalysisTemplate.
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/istio/
 */
export class ProgressiveRollout {
  /** The address of Prometheus. */
  readonly prometheus: string;
  /** The shares of requests for new pods, in percent. */
  readonly steps: readonly number[];
  /** The time of a measurement, in seconds. */
  readonly intervalSeconds: number;
  /** The number of measurements of each step. */
  readonly measurements: number;
  /** How many times as fast as allowed the error budget may burn. */
  readonly burnRate: number;
  /** The name of the Service of the pods that served before: `SERVICE-stable`. */
  readonly stableService: string;
  /** The name of the Service of the new pods: `SERVICE-canary`. */
  readonly canaryService: string;

  constructor(declaring: Declaring, service: Rolled, props: ProgressiveRolloutProps) {
    requireDeclaring(declaring, 'ProgressiveRollout', 'service.rollout({ … })');
    const { path, name } = service;
    requireReplaceable(service);
    this.prometheus = requireAddress(path, props.prometheus);
    this.steps = requireSteps(path, props.steps ?? [5, 25, 50]);
    this.intervalSeconds = requireInterval(path, props.interval);
    this.measurements = props.measurements ?? 5;
    requireInteger(path, '`rollout.measurements`', this.measurements, 1, 1000);
    this.burnRate = requireBurnRate(path, service.objects.slo, props.burnRate ?? 1);
    this.stableService = `${name}-stable`;
    this.canaryService = `${name}-canary`;
    requireDnsLabel(path, 'the Service of the stable pods', this.stableService);
  }
}

/** Declares the rollout of a service that has none yet. */
export function declareRollout(
  service: Rolled & { readonly progressiveRollout: ProgressiveRollout | undefined },
  props: ProgressiveRolloutProps,
): ProgressiveRollout {
  if (service.progressiveRollout) {
    throw duplicate(service.path, 'It has a rollout already.', 'Call rollout once.');
  }
  return new ProgressiveRollout(DECLARING, service, props);
}

/** Rejects what no Rollout can replace, and pods to which proxies do not divide requests. */
function requireReplaceable({ path, ports, versions, exists, inMesh, workloadKind, objects }: Rolled): void {
  const kind = workloadKind.name;
  const reasons: readonly (readonly [boolean, string, string])[] = [
    [exists, 'its pods are deployed outside the topology', 'Declare its workload here, or the rollout there'],
    [kind !== 'Deployment', `it runs as a ${kind}`, 'Use WorkloadKind.deployment(), or leave `rollout` out'],
    [!inMesh, 'its pods have no proxy', 'Add it to the mesh, or leave `rollout` out'],
    [versions.size > 1, 'it has several versions', 'Declare one: the controller runs the old pods beside the new ones'],
    [
      ports.length === 0 || ports.some(each => !each.carriesRequests),
      'it has a port without requests that proxies divide, or none at all',
      'Declare its ports as http, http2 or grpc, or leave `rollout` out',
    ],
    [
      [...versions.values()].some(({ workload }) => workload.rollout?.strategy === 'Recreate'),
      'its old pods end before new ones start',
      'Leave `rollout.strategy` of the workload out',
    ],
    [!objects.slo, 'it has no objective that new pods must meet', 'Declare `slo` of the service'],
  ];
  const found = reasons.find(([isReason]) => isReason);
  if (found) {
    throw new ValidationError({
      code: 'Contradiction',
      path,
      summary: `A rollout of requests cannot work: ${found[1]}.`,
      fix: `${found[2]}.`,
    });
  }
}

function requireAddress(path: string, prometheus: string): string {
  if (!URL.canParse(prometheus) || !/^https?:\/\//.test(prometheus)) {
    throw new ValidationError({
      code: 'InvalidPrometheus',
      path,
      summary: `\`rollout.prometheus\` is ${JSON.stringify(prometheus)}, which is no http or https URL.`,
      fix: 'Give the address of Prometheus, e.g. "http://prometheus.monitoring:9090".',
    });
  }
  return prometheus;
}

function requireSteps(path: string, steps: readonly number[]): readonly number[] {
  const isIncreasing = steps.every((each, index) => Number.isInteger(each) && each > (steps[index - 1] ?? 0));
  if (steps.length === 0 || !isIncreasing || steps.some(each => each >= 100)) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `\`rollout.steps\` is ${JSON.stringify(steps)}.`,
      fix: 'Give increasing integers from 1 to 99, in percent; after the last one new pods receive all requests.',
    });
  }
  return [...steps];
}

function requireInterval(path: string, interval: Duration | undefined): number {
  requireDuration(path, '`rollout.interval`', interval);
  const seconds = (interval?.toMilliseconds() ?? 60_000) / 1000;
  requireInteger(path, '`rollout.interval` in seconds', seconds, 30, 86_400);
  return seconds;
}

/** Rejects a rate at which an objective would be met even if every request missed it. */
function requireBurnRate(path: string, slo: Slo | undefined, burnRate: number): number {
  const objectives = [slo?.availability, slo?.latency?.percent].filter(each => each !== undefined);
  if (!(burnRate > 0) || objectives.some(each => burnRate * (1 - each / 100) >= 1)) {
    throw new ValidationError({
      code: 'OutOfRange',
      path,
      summary: `\`rollout.burnRate\` is ${burnRate}.`,
      fix: 'Give a number above 0 at which fewer than all requests may miss an objective of `slo`.',
    });
  }
  return burnRate;
}
