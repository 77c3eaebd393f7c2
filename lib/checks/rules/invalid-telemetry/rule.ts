import { type Field, Kind } from '../../../manifests';
import { type Complain, validity } from '../../manifests/schema/rules';
import { checkPercent, checkTargets } from '../../manifests/schema/shared';

export const rule = validity(
  Kind.TELEMETRY,
  'selector and targetRefs are mutually exclusive; providers and tags have names and values.',
  (resource, complain) => {
    checkTargets(resource, complain);
    const { spec } = resource;
    for (const provider of ['metrics', 'tracing', 'accessLogging']
      .flatMap(name => spec.get(name).items)
      .flatMap(each => each.get('providers').items)
      .filter(each => each.get('name').text === '')) {
      complain(provider, 'The provider has no name.', 'Add `name`.');
    }
    for (const tracing of spec.get('tracing').items) {
      checkPercent(tracing.get('randomSamplingPercentage'), complain);
      tracing.get('customTags').entries.forEach(([name, tag]) => checkTag(name, tag, complain));
    }
    for (const override of spec.get('metrics').items.flatMap(each => each.get('overrides').items)) {
      override.get('tagOverrides').entries.forEach(([, tag]) => checkTagOverride(tag, complain));
      const metric = override.get('match', 'customMetric');
      if (metric.exists && metric.text === '') {
        complain(metric, 'The metric has no name.', 'Add a name, or use `metric`.');
      }
    }
  },
);

function checkTag(name: string, tag: Field, complain: Complain): void {
  for (const [kind, member] of [
    ['literal', 'value'],
    ['header', 'name'],
    ['environment', 'name'],
  ] as const) {
    if (name === '' || (tag.get(kind).exists && tag.get(kind, member).text === '')) {
      complain(
        tag,
        name === '' ? 'The tag has no name.' : `The tag has no ${member} of its ${kind}.`,
        `Add \`${member}\`.`,
      );
      return;
    }
  }
}

function checkTagOverride(tag: Field, complain: Complain): void {
  const isRemoved = tag.get('operation').text === 'REMOVE';
  if (isRemoved === (tag.get('value').text !== '')) {
    complain(
      tag,
      isRemoved ? 'A removed tag cannot have a value.' : 'The tag has no value.',
      isRemoved ? 'Remove `value`.' : 'Add `value`.',
    );
  }
}
