import { type Field, millisOf, type Resource } from '../../../manifests';
import type { Complain } from './rules';

/** Durations have a unit, and are a millisecond at least. */
export function checkDuration(at: Field, complain: Complain, least = 1): void {
  const millis = millisOf(at.text);
  if (at.exists && (millis === undefined || millis < least)) {
    complain(at, `"${at.text}" is no duration of ${least} ms or more.`, 'Write a number with its unit: 500ms, 3s, 1m.');
  }
}

/** A share in percent. */
export function checkPercent(at: Field, complain: Complain): void {
  if (at.exists && (at.number === undefined || at.number < 0 || at.number > 100)) {
    complain(at, `"${at.text}" is no number from 0 to 100.`, 'Write a share in percent.');
  }
}

/** `exportTo` names each namespace once, and `*` alone. */
export function checkExportTo(resource: Resource, complain: Complain): void {
  const names = resource.spec.get('exportTo').items;
  const full = names.map(each => each.text === '.' ? resource.namespace : each.text);
  names.forEach((each, index) => {
    if (full.indexOf(full[index] ?? '') < index) {
      complain(each, `"${each.text}" is named twice.`, 'Name each namespace once.');
    }
  });
  if (names.length > 1 && full.some(each => each === '*' || each === '~')) {
    complain(resource.spec.get('exportTo'), '`*` and `~` cannot stand beside namespaces.', 'Name either all, or none, or the namespaces.');
  }
}

/** Objects are for pods by a selector or by targetRefs, and not by both; a selector has no patterns. */
export function checkTargets({ spec }: Resource, complain: Complain): void {
  const given = [spec.get('selector'), spec.get('targetRef'), spec.get('targetRefs')].filter(each => each.exists && (each.items.length > 0 || !Array.isArray(each.value)));
  if (given.length > 1) {
    complain(given[1] ?? spec, 'Only one of selector, targetRef and targetRefs can be there.', 'Keep one of them.');
  }
  checkSelector(spec.get('selector', 'matchLabels'), complain);
}

/** Labels of a selector are taken as they are. */
export function checkSelector(labels: Field, complain: Complain): void {
  for (const [name, value] of labels.entries) {
    if (name === '' || name.includes('*') || value.text.includes('*')) {
      complain(value, 'A selector knows no wildcards and no empty names.', 'Write the label as the pods have it.');
    }
  }
}
