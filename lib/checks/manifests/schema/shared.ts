import { type Field, millisOf, type Resource } from '../../../manifests';
import { isDnsLabel, isLabel } from './names';
import type { Complain } from './rules';

/** Durations have a unit, and are whole milliseconds, one at least. */
export function checkDuration(at: Field, complain: Complain): void {
  const millis = millisOf(at.text);
  if (at.exists && (millis === undefined || millis < 1 || Math.abs(millis - Math.round(millis)) > 1e-6)) {
    complain(at, `"${at.text}" is no duration of whole milliseconds, one or more.`, 'Write a number with its unit: 500ms, 3s, 1m.');
  }
}

/** A share in percent; shares of which parts count are none below a ten-thousandth. */
export function checkPercent(at: Field, complain: Complain, least = 0): void {
  const { number } = at;
  if (at.exists && (number === undefined || number < 0 || number > 100 || (number > 0 && number < least))) {
    complain(at, `"${at.text}" is no number from 0 to 100${least > 0 ? `, nor at least ${least}` : ''}.`, 'Write a share in percent.');
  }
}

/** `exportTo` names each namespace once, and `*` alone. Only ServiceEntries can be for nobody (`~`); rules for some workloads are for their own namespace. */
export function checkExportTo(resource: Resource, complain: Complain): void {
  const names = resource.spec.get('exportTo').items;
  const full = names.map(each => each.text === '.' ? resource.namespace : each.text);
  names.forEach((each, index) => {
    if (full.indexOf(full[index] ?? '') < index) {
      complain(each, `"${each.text}" is named twice.`, 'Name each namespace once.');
    } else if (!isVisibility(each.text) && !(each.text === '~' && resource.kind === 'ServiceEntry')) {
      complain(each, `"${each.text}" is no namespace.`, 'Write the name of a namespace, `.` for its own, or `*` for all.');
    }
  });
  if (names.length > 1 && full.some(each => each === '*' || each === '~')) {
    complain(resource.spec.get('exportTo'), '`*` and `~` cannot stand beside namespaces.', 'Name either all, or none, or the namespaces.');
  }
  if (resource.kind === 'DestinationRule' && resource.spec.get('workloadSelector').exists && full.some(each => each !== resource.namespace)) {
    complain(resource.spec.get('exportTo'), 'A rule for some workloads is for those of its own namespace.', 'Write `exportTo: ["."]`.');
  }
}

function isVisibility(text: string): boolean {
  return text === '*' || text === '.' || isDnsLabel(text);
}

/** The kinds that a policy can name as its target. */
const TARGETS = new Set(['/Service', 'core/Service', 'networking.istio.io/ServiceEntry', 'gateway.networking.k8s.io/Gateway', 'gateway.networking.k8s.io/GatewayClass']);

/** Objects are for pods by a selector or by targetRefs, and not by both; a selector has no patterns. */
export function checkTargets({ spec }: Resource, complain: Complain): void {
  const [one, several] = [spec.get('targetRef'), spec.get('targetRefs')];
  const given = [spec.get('selector'), one, several].filter(each => each.exists && (each.items.length > 0 || !Array.isArray(each.value)));
  if (given.length > 1) {
    complain(given[1] ?? spec, 'Only one of selector, targetRef and targetRefs can be there.', 'Keep one of them.');
  }
  checkSelector(spec.get('selector', 'matchLabels'), complain);
  for (const target of [...(one.exists ? [one] : []), ...several.items]) {
    if (target.get('name').text === '') {
      complain(target, 'The target has no name.', 'Add `name`.');
    }
    if (target.get('namespace').text !== '') {
      complain(target.get('namespace'), 'A target is in the namespace of the policy.', 'Remove it.');
    }
    if (!TARGETS.has(`${target.get('group').text}/${target.get('kind').text}`)) {
      complain(target, `A policy cannot be for a ${target.get('kind').text || 'target without a kind'}.`, 'Name a Service, a ServiceEntry, a Gateway or a GatewayClass, with its group.');
    }
  }
}

/** Labels of a selector are taken as they are. */
export function checkSelector(labels: Field, complain: Complain): void {
  for (const [name, value] of labels.entries) {
    if (name === '' || name.includes('*') || value.text.includes('*')) {
      complain(value, 'A selector knows no wildcards and no empty names.', 'Write the label as the pods have it.');
    }
  }
}

/** Labels that pods could have. */
export function checkLabels(labels: Field, complain: Complain): void {
  for (const [name, value] of labels.entries.filter(([name, value]) => !isLabel(name, value.text))) {
    complain(value, `No label can be ${name}=${value.text}.`, 'Use letters, digits, dashes, dots and underscores.');
  }
}
