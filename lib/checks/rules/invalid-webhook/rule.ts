import { type Field, Kind, type Labels, type Resource, selects } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../../manifests/check';
import { hooksOf } from '../../manifests/control-plane/webhooks';

const REVISION = 'istio.io/rev';

export const rule: Check = {
  id: 'InvalidWebhook',
  severity: Severity.ERROR,
  covers: ['IST0139'],
  summary: "Two injectors match the same pods, or an injector's Service does not exist",
  explanation:
    'A pod that two injectors match is injected twice; a pod whose injector is unreachable is not '
    + 'created, or is created without a proxy.',
  *find(cluster) {
    const webhooks = cluster
      .all(Kind.MUTATING_WEBHOOK)
      .filter(
        each => revisionsOf(each).length > 0 || hooksOf(each).some(hook => hook.get('name').text.endsWith('istio.io')),
      )
      .flatMap(resource => hooksOf(resource).map(hook => ({ resource, hook })));
    yield* overlaps(webhooks);
    for (const service of webhooks.map(each => each.hook.get('clientConfig', 'service')).filter(each => each.exists)) {
      const [name = '', namespace = ''] = ['name', 'namespace'].map(each => service.get(each).text);
      if (!cluster.find(Kind.SERVICE, name, namespace)) {
        yield problem(
          service,
          `The injector's Service ${namespace}/${name} does not exist.`,
          'Install the control plane of this revision, or remove the webhook.',
        );
      }
    }
  },
};

interface Hook {
  readonly resource: Resource;
  readonly hook: Field;
}

/** Evaluates all relevant labels of namespaces and pods. */
function* overlaps(hooks: readonly Hook[]): Iterable<Problem> {
  const revisions = [undefined, ...new Set(hooks.flatMap(each => revisionsOf(each.resource)))];
  for (const namespace of samples('istio-injection', ['enabled', 'disabled'], revisions)) {
    for (const object of samples('sidecar.istio.io/inject', ['true', 'false'], revisions)) {
      const takers = hooks.filter(
        ({ hook }) => accepts(hook.get('namespaceSelector'), namespace) && accepts(hook.get('objectSelector'), object),
      );
      for (const { resource, hook } of takers.length > 1 ? takers : []) {
        const others = takers
          .filter(each => each.hook !== hook)
          .map(each => `${each.resource.name}/${each.hook.get('name').text}`);
        yield problem(
          hook.get('name'),
          `Pods that this webhook matches also match ${[...new Set(others)].sort().join(' and ')}, so they `
            + 'are injected twice.',
          `Remove one of them, or change the selectors of ${resource.name}.`,
        );
      }
    }
  }
}

function samples(name: string, values: readonly string[], revisions: readonly (string | undefined)[]): Labels[] {
  return revisions.flatMap(revision =>
    [undefined, ...values].map(value => ({
      ...(value === undefined ? {} : { [name]: value }),
      ...(revision === undefined ? {} : { [REVISION]: revision }),
    })),
  );
}

function accepts(selector: Field, labels: Labels): boolean {
  return !selector.exists || selects(selector, labels);
}

function revisionsOf(resource: Resource): string[] {
  const label = resource.labels[REVISION];
  return [
    ...(label === undefined ? [] : [label]),
    ...hooksOf(resource)
      .flatMap(hook => [hook.get('namespaceSelector'), hook.get('objectSelector')])
      .flatMap(selector => [
        ...selector
          .get('matchLabels')
          .entries.filter(([name]) => name === REVISION)
          .map(([, value]) => value.text),
        ...selector
          .get('matchExpressions')
          .items.filter(each => each.get('key').text === REVISION)
          .flatMap(each => each.get('values').texts),
      ]),
  ];
}
