import {
  NodeOperator,
  type NodeRequirement,
  type PodRequirement,
  type Scheduling,
  type TopologySpread,
} from '../../topology';
import { fieldsBy } from '../rendering';
import type { Labels } from '../topology-chart';
import type { Json } from './without-defaults';

/** Over zones and nodes, where there are several. */
const USUAL_SPREAD: readonly TopologySpread[] = [
  { topologyKey: 'topology.kubernetes.io/zone' },
  { topologyKey: 'kubernetes.io/hostname' },
];

/**
 * The fields of a pod by which the scheduler chooses a node.
 * @param selector the labels of the pods of the same version
 */
export function schedulingOf(scheduling: Scheduling, selector: Labels): Json {
  return fieldsBy(FIELDS, scheduling, selector);
}

/** The field of a pod that each property is rendered to. A property without an entry does not compile. */
const FIELDS = {
  nodeSelector: ({ nodeSelector }) => ({ nodeSelector }),
  nodeAffinity: ({ nodeAffinity, podAffinity, podAntiAffinity }, selector) => ({
    affinity:
      nodeAffinity || podAffinity || podAntiAffinity
        ? {
            nodeAffinity: nodeAffinity && ofNodes(nodeAffinity),
            podAffinity: podAffinity && ofPods(podAffinity, selector),
            podAntiAffinity: podAntiAffinity && ofPods(podAntiAffinity, selector),
          }
        : undefined,
  }),
  podAffinity: partOfAffinity,
  podAntiAffinity: partOfAffinity,
  tolerations: ({ tolerations }) => ({
    tolerations: tolerations?.map(({ key, value, effect, tolerationDuration }) => ({
      key,
      operator: value === undefined ? 'Exists' : undefined,
      value,
      effect,
      tolerationSeconds: tolerationDuration?.toSeconds(),
    })),
  }),
  priorityClassName: ({ priorityClassName }) => ({ priorityClassName }),
  topologySpreadConstraints: ({ topologySpreadConstraints = USUAL_SPREAD }, selector) => ({
    topologySpreadConstraints:
      topologySpreadConstraints.length > 0
        ? topologySpreadConstraints.map(({ topologyKey, maxSkew = 1, required, minDomains }) => ({
            maxSkew,
            minDomains,
            topologyKey,
            whenUnsatisfiable: required ? 'DoNotSchedule' : 'ScheduleAnyway',
            labelSelector: { matchLabels: selector },
          }))
        : undefined,
  }),
  runtimeClassName: ({ runtimeClassName }) => ({ runtimeClassName }),
  schedulerName: ({ schedulerName }) => ({ schedulerName }),
} satisfies { readonly [K in keyof Scheduling]-?: (scheduling: Scheduling, selector: Labels) => Json };

/** A part of the field `affinity`, rendered with the others. */
function partOfAffinity(): Json {
  return {};
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function ofNodes(requirements: readonly NodeRequirement[]): Json {
  const { required, preferred } = divided(requirements);
  const expressionOf = ({ key, operator = NodeOperator.IN, values }: NodeRequirement): Json => ({
    key,
    operator,
    values,
  });
  return {
    [REQUIRED]:
      required.length > 0 ? { nodeSelectorTerms: [{ matchExpressions: required.map(expressionOf) }] } : undefined,
    [PREFERRED]: orNone(
      preferred.map(each => ({ weight: each.preference, preference: { matchExpressions: [expressionOf(each)] } })),
    ),
  };
}

function ofPods(requirements: readonly PodRequirement[], selector: Labels): Json {
  const { required, preferred } = divided(requirements);
  const termOf = ({ labels = selector, topologyKey = 'kubernetes.io/hostname', namespaces }: PodRequirement): Json => ({
    labelSelector: { matchLabels: labels },
    namespaces,
    topologyKey,
  });
  return {
    [REQUIRED]: orNone(required.map(termOf)),
    [PREFERRED]: orNone(preferred.map(each => ({ weight: each.preference, podAffinityTerm: termOf(each) }))),
  };
}

function divided<T extends { readonly preference?: number }>(
  requirements: readonly T[],
): Record<'required' | 'preferred', T[]> {
  return {
    required: requirements.filter(each => each.preference === undefined),
    preferred: requirements.filter(each => each.preference !== undefined),
  };
}

function orNone<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
