import { hasProxy, isAmbientNamespace, Kind, type Resource, Workload } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';
import { injectsByDefault } from './injector';

const LABELS = ['istio-injection', 'istio.io/rev', 'istio.io/dataplane-mode'];

/** Namespaces of Kubernetes or of the control plane. */
const IGNORED = new Set(['istio-system', 'kube-system', 'kube-public', 'kube-node-lease', 'local-path-storage']);

export const namespaceNotInjected: Check = {
  id: 'NamespaceNotInjected',
  severity: Severity.INFO,
  covers: ['IST0102'],
  summary: 'A namespace does not declare whether its pods are in the mesh',
  explanation: 'Its pods get no proxy, unless their own labels request one. `istio-injection: disabled` declares that this is intended.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(saysNothing).filter(each => !injectsByDefault(cluster, each))) {
      yield problem(namespace.metadata.get('name'), `Pods in ${namespace.name} get no proxy, unless their own labels request one.`,
        'Label the namespace `istio-injection: enabled`, `istio.io/rev` or `istio.io/dataplane-mode: ambient`; `istio-injection: disabled` if that is intended.');
    }
  },
};

export const namespaceInjectedByDefault: Check = {
  id: 'NamespaceInjectedByDefault',
  severity: Severity.INFO,
  covers: ['IST0148'],
  summary: 'A namespace has no injection label, and the control plane injects by default',
  explanation: 'Its pods get a proxy because the injector has `enableNamespacesByDefault`, which the namespace itself does not show.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(saysNothing).filter(each => injectsByDefault(cluster, each))) {
      yield problem(namespace.metadata.get('name'), `Pods in ${namespace.name} get a proxy, since the injector includes every namespace without a label.`, 'Set the label explicitly: `istio-injection: enabled` or `disabled`.');
    }
  },
};

export const severalInjectionLabels: Check = {
  id: 'SeveralInjectionLabels',
  severity: Severity.WARNING,
  covers: ['IST0123'],
  summary: 'A namespace has more than one of the labels that add its pods to the mesh',
  explanation: '`istio-injection: enabled` takes precedence over the revision and ambient mode, so the control plane or proxy of the pods is not that of the other label.',
  *find(cluster) {
    for (const namespace of cluster.all(Kind.NAMESPACE).filter(each => !IGNORED.has(each.name))) {
      const { labels } = namespace;
      const [injection, ...rest] = LABELS;
      const present = rest.filter(each => each in labels && (labels[injection ?? ''] ?? 'enabled') === 'enabled');
      const all = [...(injection && injection in labels ? [injection] : []), ...present];
      if (all.length > 1) {
        yield problem(namespace.metadata.get('labels', all[1] ?? ''), `The namespace has ${all.map(each => `${each}=${labels[each] ?? ''}`).join(' and ')}, of which only one applies.`, 'Keep one of them.');
      }
    }
  },
};

export const podMissingProxy: Check = {
  id: 'PodMissingProxy',
  severity: Severity.WARNING,
  covers: ['IST0103'],
  summary: 'A Pod of an injected namespace has no proxy',
  explanation: 'A Pod gets its proxy on creation: one that is older than the label of the namespace has none until it is recreated. A Pod that is not yet created gets it then.',
  *find(cluster) {
    for (const resource of cluster.all(Kind.POD)) {
      const pod = Workload.of(resource);
      const labels = cluster.find(Kind.NAMESPACE, resource.namespace)?.labels ?? {};
      const isInjected = labels['istio-injection'] === 'enabled' && labels['istio.io/dataplane-mode'] !== 'ambient' && !IGNORED.has(resource.namespace);
      const wish = (resource.labels['sidecar.istio.io/inject'] ?? resource.annotations['sidecar.istio.io/inject'] ?? '').toLowerCase();
      if (pod && isInjected && wish !== 'false' && !pod.pod.get('hostNetwork').isTrue && !hasProxy(pod)) {
        yield problem(resource.metadata.get('name'), `The Pod has no container istio-proxy, although namespace ${resource.namespace} has injection enabled.`, 'Recreate it, or label it `sidecar.istio.io/inject: "false"`.');
      }
    }
  },
};

function saysNothing(namespace: Resource): boolean {
  const { labels } = namespace;
  return !IGNORED.has(namespace.name) && (labels['istio-injection'] ?? '') === '' && !('istio.io/rev' in labels) && !isAmbientNamespace(labels)
    && labels['istio.io/dataplane-mode'] !== 'ambient';
}
