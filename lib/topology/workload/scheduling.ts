import type { Duration } from 'cdk8s';
import { requireDnsSubdomain, requireLabel } from '../names';
import { requireInteger } from '../numbers';
import { requireLabelName } from './keys';
import { ValidationError } from '../validation-error';
import { requireSeconds } from './seconds';
import { anyValue, listOf, type Validations } from './validations';

/** What a taint does to pods that do not tolerate it. */
export enum TaintEffect {
  /** New pods are not scheduled to the node. */
  NO_SCHEDULE = 'NoSchedule',
  /** New pods are scheduled elsewhere if possible. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** Running pods are evicted as well. */
  NO_EXECUTE = 'NoExecute',
}

/** A taint of nodes that pods tolerate. */
export interface Toleration {
  /** The key of the taint. */
  readonly key: string;
  /**
   * The value of the taint.
   * @default - any: the operator `Exists`
   */
  readonly value?: string;
  /** @default - every effect */
  readonly effect?: TaintEffect;
  /**
   * The time after which a pod is evicted from a node that gets the taint. For `NO_EXECUTE` only.
   * @default - the pod stays
   */
  readonly tolerationDuration?: Duration;
}

/** How a label of a node is compared. */
export enum NodeOperator {
  /** The label has one of the values. */
  IN = 'In',
  /** The label has none of the values, or is not there. */
  NOT_IN = 'NotIn',
  /** The label is there. */
  EXISTS = 'Exists',
  /** The label is not there. */
  DOES_NOT_EXIST = 'DoesNotExist',
}

/** A condition on a label of nodes. */
export interface NodeRequirement {
  /** The label, e.g. `kubernetes.io/arch`. */
  readonly key: string;
  /** @default NodeOperator.IN */
  readonly operator?: NodeOperator;
  /**
   * The values of the label.
   * @default - none, for `EXISTS` and `DOES_NOT_EXIST`
   */
  readonly values?: string[];
  /**
   * The weight of the condition as a preference, from 1 to 100.
   * @default - it is required
   */
  readonly preference?: number;
}

/** Pods that are scheduled near to, or away from, pods of the workload or others. */
export interface PodRequirement {
  /**
   * The labels of the other pods.
   * @default - the pods of the same version
   */
  readonly labels?: { readonly [label: string]: string };
  /**
   * The label of nodes that divides them into groups, e.g. `topology.kubernetes.io/zone`.
   * @default kubernetes.io/hostname
   */
  readonly topologyKey?: string;
  /**
   * The namespaces of the other pods.
   * @default - its own
   */
  readonly namespaces?: string[];
  /**
   * The weight of the condition as a preference, from 1 to 100.
   * @default - it is required
   */
  readonly preference?: number;
}

/** How evenly the pods of a version are spread over groups of nodes. */
export interface TopologySpread {
  /** The label of nodes that divides them into groups, e.g. `topology.kubernetes.io/zone`. */
  readonly topologyKey: string;
  /**
   * The greatest difference between the numbers of pods in two groups.
   * @default 1
   */
  readonly maxSkew?: number;
  /**
   * Whether a pod stays pending rather than violate it: `whenUnsatisfiable: DoNotSchedule`.
   * @default false
   */
  readonly required?: boolean;
  /**
   * The number of groups at least. Needs `required`.
   * @default - any
   */
  readonly minDomains?: number;
}

/** The nodes that pods run on. */
export interface Scheduling {
  /**
   * The labels that a node must have.
   * @default - any node
   */
  readonly nodeSelector?: { readonly [label: string]: string };
  /**
   * Conditions on labels of nodes. All that are required have to hold.
   * @default - none
   */
  readonly nodeAffinity?: NodeRequirement[];
  /**
   * Pods in whose group of nodes they run.
   * @default - any
   */
  readonly podAffinity?: PodRequirement[];
  /**
   * Pods in whose group of nodes they do not run.
   * @default - none
   */
  readonly podAntiAffinity?: PodRequirement[];
  /** @default - none beside those of Kubernetes */
  readonly tolerations?: Toleration[];
  /**
   * The PriorityClass.
   * @default - that of the cluster
   */
  readonly priorityClassName?: string;
  /**
   * The spread over groups of nodes, in place of the default one. An empty list leaves it to the scheduler.
   * @default - over zones and nodes, as a preference
   */
  readonly topologySpreadConstraints?: TopologySpread[];
  /**
   * The RuntimeClass, e.g. of gVisor.
   * @default - that of the nodes
   */
  readonly runtimeClassName?: string;
  /**
   * The scheduler.
   * @default - that of the cluster
   */
  readonly schedulerName?: string;
}

const OF_TOLERATIONS: Validations<Toleration> = {
  key: requireLabelName,
  value: (path, value, { key }) => {
    requireLabel(path, key, value);
  },
  effect: anyValue,
  tolerationDuration: (path, value, { effect }) => {
    requireSeconds(path, 'The toleration', value, 0);
    if (effect !== TaintEffect.NO_EXECUTE) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'A time limits only the toleration of a taint that evicts running pods.',
        fix: 'Set the effect to NO_EXECUTE, or leave `tolerationDuration` out.',
      });
    }
  },
};

const OF_NODES: Validations<NodeRequirement> = {
  key: (path, key, { operator = NodeOperator.IN, values = [] }) => {
    requireLabelName(path, key);
    const needsValues = operator === NodeOperator.IN || operator === NodeOperator.NOT_IN;
    if (needsValues !== values.length > 0) {
      throw new ValidationError({
        code: 'Contradiction',
        path,
        summary: `The condition on "${key}" is ${operator}, with ${values.length} values.`,
        fix: needsValues ? 'Give at least one value.' : 'Leave the values out.',
      });
    }
  },
  operator: anyValue,
  values: (path, values, { key }) => {
    values.forEach(value => {
      requireLabel(path, key, value);
    });
  },
  preference: requireWeight,
};

const OF_PODS: Validations<PodRequirement> = {
  labels: (path, labels) => {
    Object.entries(labels).forEach(([label, value]) => {
      requireLabel(path, label, value);
    });
  },
  topologyKey: requireLabelName,
  namespaces: anyValue,
  preference: requireWeight,
};

const OF_SPREADS: Validations<TopologySpread> = {
  topologyKey: requireLabelName,
  maxSkew: (path, value) => {
    requireInteger(path, 'maxSkew', value, 1);
  },
  required: anyValue,
  minDomains: (path, value, { required }) => {
    requireInteger(path, 'minDomains', value, 1);
    if (!required) {
      throw new ValidationError({
        code: 'NoEffect',
        path,
        summary: 'minDomains applies only to a spread that is required.',
        fix: 'Set `required: true`, or leave `minDomains` out.',
      });
    }
  },
};

export const OF_SCHEDULING: Validations<Scheduling> = {
  nodeSelector: (path, labels) => {
    Object.entries(labels).forEach(([label, value]) => {
      requireLabel(path, label, value);
    });
  },
  nodeAffinity: listOf(OF_NODES),
  podAffinity: listOf(OF_PODS),
  podAntiAffinity: listOf(OF_PODS),
  tolerations: listOf(OF_TOLERATIONS),
  priorityClassName: (path, name) => {
    requireDnsSubdomain(path, 'a PriorityClass', name);
  },
  topologySpreadConstraints: (path, spreads) => {
    listOf(OF_SPREADS)(path, spreads);
    const duplicate = spreads.find(
      (each, index) =>
        spreads.findIndex(
          other => other.topologyKey === each.topologyKey && (other.required ?? false) === (each.required ?? false),
        ) < index,
    );
    if (duplicate) {
      throw new ValidationError({
        code: 'Duplicate',
        path,
        summary: `Two spreads are over "${duplicate.topologyKey}".`,
        fix: 'Keep one of them.',
      });
    }
  },
  runtimeClassName: (path, name) => {
    requireDnsSubdomain(path, 'a RuntimeClass', name);
  },
  schedulerName: (path, name) => {
    requireDnsSubdomain(path, 'a scheduler', name);
  },
};

function requireWeight(path: string, weight: number): void {
  requireInteger(path, 'The weight of a preference', weight, 1, 100);
}
