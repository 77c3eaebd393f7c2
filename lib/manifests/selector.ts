import { memo } from './memo';
import { ownValue } from './object';
import type { Field } from './resource';

export type Labels = Readonly<Record<string, string>>;

/** Labels as `name=value`, which many selectors are looked up by. */
export const labelTexts = memo((labels: Labels): readonly string[] =>
  Object.entries(labels).map(each => each.join('=')),
);

/** Whether labels contain all labels of a selector; an empty selector matches all. */
export function hasLabels(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => ownValue(labels, name) === value);
}

/**
 * Whether a LabelSelector of Kubernetes matches these labels: `matchLabels` and `matchExpressions`. An empty one
 * matches all.
 */
export function selects(selector: Field, labels: Labels): boolean {
  return (
    hasLabels(labels, selector.get('matchLabels').strings)
    && selector.get('matchExpressions').items.every(expression => {
      const value = ownValue(labels, expression.get('key').text);
      const values = expression.get('values').texts;
      switch (expression.get('operator').text) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
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
