import { memo } from './memo';
import { ownValue } from './object';
import type { Field } from './resource';

export type Labels = Readonly<Record<string, string>>;

/** A label that is not in the template of Pods. */
export interface AddedLabel {
  /** One of its values. */
  readonly example: string;
  /** Whether all Pods have the label, with one value or another. */
  readonly isCertain: boolean;
  /** Whether those that have it have one value. */
  readonly isShared: boolean;
  readonly matches: (value: string) => boolean;
}

const ADDED = new WeakMap<Labels, ReadonlyMap<string, AddedLabel>>();

/** Labels that selectors match together with others, which are added to Pods where they do not have them. */
export function withAdded(labels: Labels, added: ReadonlyMap<string, AddedLabel>): Labels {
  const own = { ...labels };
  ADDED.set(own, added);
  return own;
}

/** Labels as `name=value`. */
export const labelTexts = memo((labels: Labels): readonly string[] =>
  Object.entries(labels).map(each => each.join('=')),
);

/** What many selectors are looked up by: the labels, and those that are added, without what differs between Pods. */
export const labelKeys = memo((labels: Labels): readonly string[] => [
  ...Object.entries(labels).map(([name, value]) => labelKey(name, value)),
  ...[...(ADDED.get(labels) ?? [])]
    .filter(([name]) => ownValue(labels, name) === undefined)
    .map(([name, { example }]) => labelKey(name, example)),
]);

export function labelKey(name: string, value: string): string {
  return `${name}=${value.replace(DIFFERING.get(name) ?? '', '')}`;
}

const DIFFERING: ReadonlyMap<string, RegExp> = new Map([
  ...[
    'statefulset.kubernetes.io/pod-name',
    'apps.kubernetes.io/pod-index',
    'job-name',
    'batch.kubernetes.io/job-name',
    'batch.kubernetes.io/job-completion-index',
  ].map(name => [name, /\d+$/] as const),
  ...[
    'pod-template-hash',
    'pod-template-generation',
    'rollouts-pod-template-hash',
    'controller-revision-hash',
    'controller-uid',
    'batch.kubernetes.io/controller-uid',
  ].map(name => [name, /.+/] as const),
]);

/** Whether all Pods with these labels have all labels of a selector; an empty selector matches all. */
export function hasLabels(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => hasLabel(labels, name, value));
}

/** The same for some of the Pods: one of a StatefulSet has a label with its name. */
export function mayHaveLabels(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(
    ([name, value]) =>
      hasLabel(labels, name, value) || (ownValue(labels, name) === undefined && addedMatches(labels, name, value)),
  );
}

function hasLabel(labels: Labels, name: string, value: string): boolean {
  const own = ownValue(labels, name);
  return own === undefined
    ? ADDED.get(labels)?.get(name)?.isShared === true && addedMatches(labels, name, value)
    : own === value;
}

function addedMatches(labels: Labels, name: string, value: string): boolean {
  return ADDED.get(labels)?.get(name)?.matches(value) === true;
}

/** What tells labels apart by a name: the value of all Pods, or an example of it. */
export function distinction(labels: Labels, name: string): string {
  const added = ADDED.get(labels)?.get(name);
  return JSON.stringify(ownValue(labels, name) ?? (added?.isShared === true ? [added.example] : null));
}

/**
 * Whether a LabelSelector of Kubernetes matches these labels: `matchLabels` and `matchExpressions`. An empty one
 * matches all.
 */
export function selects(selector: Field, labels: Labels): boolean {
  return (
    hasLabels(labels, selector.get('matchLabels').strings)
    && selector.get('matchExpressions').items.every(expression => {
      const name = expression.get('key').text;
      const [value, added] = [ownValue(labels, name), ADDED.get(labels)?.get(name)];
      const values = expression.get('values').texts;
      switch (expression.get('operator').text) {
        case 'In':
          return values.some(each => hasLabel(labels, name, each));
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined || added !== undefined;
        case 'DoesNotExist':
          return value === undefined && added?.isCertain !== true;
        default:
          return false;
      }
    })
  );
}

/** The names of the labels on which a LabelSelector of Kubernetes depends. */
export function labelNamesIn(selector: Field): string[] {
  return [
    ...Object.keys(selector.get('matchLabels').strings),
    ...selector.get('matchExpressions').items.map(each => each.get('key').text),
  ];
}
