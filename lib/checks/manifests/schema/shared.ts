import { type Field, millisOf, type Resource } from '../../../manifests';
import { isDnsLabel, isLabel } from './names';
import type { Complain } from './rules';

/** Durations have a unit and are whole milliseconds, at least 1 ms. */
export function checkDuration(at: Field, complain: Complain): void {
  const millis = millisOf(at.text);
  if (at.exists && (millis === undefined || millis < 1 || Math.abs(millis - Math.round(millis)) > 1e-6)) {
    complain(
      at,
      `"${at.text}" is not a duration of whole milliseconds, at least 1ms.`,
      'Write a number with a unit: 500ms, 3s, 1m.',
    );
  }
}

/** A percentage; fractions below a ten-thousandth count as zero where fractions are supported. */
export function checkPercent(at: Field, complain: Complain, least = 0): void {
  const { number } = at;
  if (at.exists && (number === undefined || number < 0 || number > 100 || (number > 0 && number < least))) {
    complain(
      at,
      `"${at.text}" is not a percentage from ${least > 0 ? least : 0} to 100.`,
      'Use a number in this range.',
    );
  }
}

/**
 * `exportTo` lists each namespace once, and `*` only by itself. Only a ServiceEntry can be exported to no namespace
 * (`~`); a rule with a workloadSelector is exported to its own namespace only.
 */
export function checkExportTo(resource: Resource, complain: Complain): void {
  const names = resource.spec.get('exportTo').items;
  const full = names.map(each => (each.text === '.' ? resource.namespace : each.text));
  names.forEach((each, index) => {
    if (full.indexOf(full[index] ?? '') < index) {
      complain(each, `"${each.text}" is listed twice.`, 'List each namespace once.');
    } else if (!isVisibility(each.text) && !(each.text === '~' && resource.kind === 'ServiceEntry')) {
      complain(
        each,
        `"${each.text}" is not a valid namespace.`,
        'Use the name of a namespace, `.` for the same one, or `*` for all.',
      );
    }
  });
  if (names.length > 1 && full.some(each => each === '*' || each === '~')) {
    complain(
      resource.spec.get('exportTo'),
      '`*` and `~` cannot be combined with namespaces.',
      'Use only `*`, only `~`, or a list of namespaces.',
    );
  }
  if (
    resource.kind === 'DestinationRule'
    && resource.spec.get('workloadSelector').exists
    && full.some(each => each !== resource.namespace)
  ) {
    complain(
      resource.spec.get('exportTo'),
      'A rule with a workloadSelector must be exported to its own namespace only.',
      'Write `exportTo: ["."]`.',
    );
  }
}

function isVisibility(text: string): boolean {
  return text === '*' || text === '.' || isDnsLabel(text);
}

/** The kinds that a policy can target. */
const TARGETS = new Set([
  '/Service',
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

/** selector and targetRefs are mutually exclusive; a selector has no wildcards. */
export function checkTargets({ spec }: Resource, complain: Complain): void {
  const [one, several] = [spec.get('targetRef'), spec.get('targetRefs')];
  const given = [spec.get('selector'), one, several].filter(
    each => each.exists && (each.items.length > 0 || !Array.isArray(each.value)),
  );
  if (given.length > 1) {
    complain(given[1] ?? spec, 'selector, targetRef and targetRefs are mutually exclusive.', 'Keep one of them.');
  }
  checkSelector(spec.get('selector', 'matchLabels'), complain);
  for (const target of [...(one.exists ? [one] : []), ...several.items]) {
    if (target.get('name').text === '') {
      complain(target, 'The target has no name.', 'Add `name`.');
    }
    if (target.get('namespace').text !== '') {
      complain(target.get('namespace'), 'A target must be in the namespace of the policy.', 'Remove it.');
    }
    if (!TARGETS.has(`${target.get('group').text}/${target.get('kind').text}`)) {
      complain(
        target,
        `A policy cannot target a ${target.get('kind').text || 'resource without a kind'}.`,
        'Target a Service, a ServiceEntry, a Gateway or a GatewayClass, with its group.',
      );
    }
  }
}

/** Labels of a selector are literal. */
export function checkSelector(labels: Field, complain: Complain): void {
  for (const [name, value] of labels.entries) {
    if (name === '' || name.includes('*') || value.text.includes('*')) {
      complain(value, 'A selector does not support wildcards or empty keys.', 'Use the exact label of the pods.');
    }
  }
}

/** Labels that are valid in Kubernetes. */
export function checkLabels(labels: Field, complain: Complain): void {
  for (const [name, value] of labels.entries.filter(([name, value]) => !isLabel(name, value.text))) {
    complain(
      value,
      `${name}=${value.text} is not a valid label.`,
      'Use letters, digits, dashes, dots and underscores.',
    );
  }
}
