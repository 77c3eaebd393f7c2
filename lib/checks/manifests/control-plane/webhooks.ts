import { isIP } from 'node:net';
import { type Cluster, type Field, Kind, type Labels, type Resource, selects } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, type Problem } from '../check';

const REVISION = 'istio.io/rev';

export const invalidWebhook: Check = {
  id: 'InvalidWebhook',
  severity: Severity.ERROR,
  covers: ['IST0139'],
  summary: 'Two injectors match the same pods, or an injector\'s Service does not exist',
  explanation: 'A pod that two injectors match is injected twice; a pod whose injector is unreachable is not created, or is created without a proxy.',
  *find(cluster) {
    const webhooks = cluster.all(Kind.MUTATING_WEBHOOK).filter(each => revisionsOf(each).length > 0 || hooksOf(each).some(hook => hook.get('name').text.endsWith('istio.io')))
      .flatMap(resource => hooksOf(resource).map(hook => ({ resource, hook })));
    yield* overlaps(webhooks);
    for (const service of webhooks.map(each => each.hook.get('clientConfig', 'service')).filter(each => each.exists)) {
      const [name = '', namespace = ''] = ['name', 'namespace'].map(each => service.get(each).text);
      if (!cluster.find(Kind.SERVICE, name, namespace)) {
        yield problem(service, `The injector's Service ${namespace}/${name} does not exist.`, 'Install the control plane of this revision, or remove the webhook.');
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
      const takers = hooks.filter(({ hook }) => accepts(hook.get('namespaceSelector'), namespace) && accepts(hook.get('objectSelector'), object));
      for (const { resource, hook } of takers.length > 1 ? takers : []) {
        const others = takers.filter(each => each.hook !== hook).map(each => `${each.resource.name}/${each.hook.get('name').text}`);
        yield problem(hook.get('name'), `Pods that this webhook matches also match ${[...new Set(others)].sort().join(' and ')}, so they are injected twice.`, `Remove one of them, or change the selectors of ${resource.name}.`);
      }
    }
  }
}

function samples(name: string, values: readonly string[], revisions: readonly (string | undefined)[]): Labels[] {
  return revisions.flatMap(revision => [undefined, ...values].map(value => ({ ...(value === undefined ? {} : { [name]: value }), ...(revision === undefined ? {} : { [REVISION]: revision }) })));
}

function accepts(selector: Field, labels: Labels): boolean {
  return !selector.exists || selects(selector, labels);
}

function hooksOf(resource: Resource): Field[] {
  return resource.root.get('webhooks').items;
}

function revisionsOf(resource: Resource): string[] {
  const label = resource.labels[REVISION];
  return [...(label === undefined ? [] : [label]), ...hooksOf(resource).flatMap(hook => [hook.get('namespaceSelector'), hook.get('objectSelector')]).flatMap(selector => [
    ...selector.get('matchLabels').entries.filter(([name]) => name === REVISION).map(([, value]) => value.text),
    ...selector.get('matchExpressions').items.filter(each => each.get('key').text === REVISION).flatMap(each => each.get('values').texts),
  ])];
}

export const invalidExternalControlPlane: Check = {
  id: 'InvalidExternalControlPlane',
  severity: Severity.WARNING,
  covers: ['IST0163'],
  summary: 'An Istio webhook has neither a Service nor a valid URL of its control plane',
  explanation: 'A remote cluster calls the control plane at this URL; without it nothing is injected or validated.',
  *find(cluster) {
    for (const { config, url } of externalConfigs(cluster)) {
      if (!url.exists ? !config.get('service').exists : !isUrl(url.text)) {
        yield problem(url.exists ? url : config, url.exists ? `"${url.text}" is not a valid URL.` : 'The webhook has neither a Service nor a URL.', 'Set the URL of the gateway in front of the control plane.');
      }
    }
  },
};

export const externalControlPlaneByAddress: Check = {
  id: 'ExternalControlPlaneByAddress',
  severity: Severity.INFO,
  covers: ['IST0164'],
  summary: 'An Istio webhook has an IP address as its control plane\'s host',
  explanation: 'Certificates rarely include IP addresses, and the address may change.',
  *find(cluster) {
    for (const { url } of externalConfigs(cluster)) {
      if (URL.canParse(url.text) && isIP(new URL(url.text).hostname.replace(/^\[|\]$/g, '')) > 0) {
        yield problem(url, `The webhook reaches the control plane at the IP address ${new URL(url.text).hostname}.`, 'Use a host name from its certificate.');
      }
    }
  },
};

/** Whether a text is a URL, possibly without a host. */
function isUrl(text: string): boolean {
  return text.includes('://') ? URL.canParse(text) : !/^:|\s|%(?![0-9a-f]{2})/i.test(text);
}

function externalConfigs(cluster: Cluster): { config: Field; url: Field }[] {
  const validating = cluster.all(Kind.VALIDATING_WEBHOOK).filter(each => each.name === 'istiod-default-validator' || each.name.startsWith('istio-validator'));
  const mutating = cluster.all(Kind.MUTATING_WEBHOOK).filter(each => each.name.startsWith('istio-sidecar-injector'));
  return [...validating, ...mutating].flatMap(hooksOf).map(hook => hook.get('clientConfig')).map(config => ({ config, url: config.get('url') }));
}
