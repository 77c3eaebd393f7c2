import { hasProxy, isAmbientNamespace, Kind, type Resource, Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { injectsByDefault } from './injector';

const LABELS = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

/** Namespaces that are Kubernetes' own or the control plane's. */
const IGNORED = new Set(['istio-system', 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);

export const namespaceNotInjected: Check = {
  id: 'NamespaceNotInjected',
  severity: Severity.INFO,
  covers: ['IST0102'],
  summary: 'A namespace does not say whether its pods are in the mesh',
  explanation: 'Its pods get no proxy, unless they ask for one themselves. `istio-injection: disabled` says that this is meant.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(saysNothing).filter(each => !injectsByDefault(cluster, each))) {
      yield problem(namespace.metadata.get('name'), `Pods in ${namespace.name} get no proxy, unless they ask for one themselves.`,
        'Label the namespace `istio-injection: enabled`, `istio.io/rev` or `istio.io/dataplane-mode: ambient`; `istio-injection: disabled` if that is meant.');
    }
  },
};

export const namespaceInjectedByDefault: Check = {
  id: 'NamespaceInjectedByDefault',
  severity: Severity.INFO,
  covers: ['IST0148'],
  summary: 'A namespace says nothing of injection, and the control plane injects by default',
  explanation: 'Its pods get a proxy because the injector has `enableNamespacesByDefault`, which one does not see from the namespace.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(saysNothing).filter(each => injectsByDefault(cluster, each))) {
      yield problem(namespace.metadata.get('name'), `Pods in ${namespace.name} get a proxy, since the injector takes every namespace that does not object.`, 'Say so with a label: `istio-injection: enabled` or `disabled`.');
    }
  },
};

export const severalInjectionLabels: Check = {
  id: 'SeveralInjectionLabels',
  severity: Severity.WARNING,
  covers: ['IST0123'],
  summary: 'A namespace has more than one of the labels that take its pods into the mesh',
  explanation: '`istio-injection: enabled` beats the revision and the ambient mode; which control plane or proxy the pods get is not what the other label says.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(each => !IGNORED.has(each.name))) {
      const { labels } = namespace;
      const [injection, ...rest] = LABELS;
      const present = rest.filter(each => each in labels && (labels[injection ?? ''] ?? 'enabled') === 'enabled');
      const all = [...(injection && injection in labels ? [injection] : []), ...present];
      if (all.length > 1) {
        yield problem(namespace.metadata.get('labels', all[1] ?? ''), `The namespace has ${all.map(each => `${each}=${labels[each] ?? ''}`).join(' and ')}, of which only one counts.`, 'Keep one of them.');
      }
    }
  },
};

export const podMissingProxy: Check = {
  id: 'PodMissingProxy',
  severity: Severity.WARNING,
  covers: ['IST0103'],
  summary: 'A Pod of an injected namespace has no proxy',
  explanation: 'A Pod gets its proxy when it is created: one that is older than the label of the namespace has none until it is created anew. A Pod that is yet to be created gets it then.',
  *find(cluster) {
    for (const resource of cluster.all(Kind.POD)) {
      const pod = Workload.of(resource);
      const labels = cluster.find(Kind.NAMESPACE, resource.namespace)?.labels ?? {};
      const isInjected = labels['istio-injection'] === 'enabled' && labels['istio.io/dataplane-mode'] !== 'ambient' && !IGNORED.has(resource.namespace);
      const wish = (resource.labels['sidecar.istio.io/inject'] ?? resource.annotations['sidecar.istio.io/inject'] ?? '').toLowerCase();
      if (pod && isInjected && wish !== 'false' && !pod.pod.get('hostNetwork').isTrue && !hasProxy(pod)) {
        yield problem(resource.metadata.get('name'), `The Pod has no container istio-proxy, although namespace ${resource.namespace} asks for one.`, 'Create it anew, or label it `sidecar.istio.io/inject: "false"`.');
      }
    }
  },
};

function saysNothing(namespace: Resource): boolean {
  const { labels } = namespace;
  return !IGNORED.has(namespace.name) && (labels['istio-injection'] ?? '') === '' && !('istio.io/rev' in labels) && !isAmbientNamespace(labels)
    && labels['istio.io/dataplane-mode'] !== 'ambient';
}
