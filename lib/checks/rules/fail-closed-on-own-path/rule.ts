import { type Cluster, type Field, hasLabels, Kind } from '../../../manifests';
import { Severity } from '../../finding';
import { isAsking } from '../../manifests/calls/authorizers';
import { policiesOf } from '../../manifests/calls/grants';
import { CallGraph } from '../../manifests/calls/graph';
import type { Node } from '../../manifests/calls/node';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'FailClosedOnOwnPath',
  severity: Severity.ERROR,
  covers: [],
  summary: 'Requests to an external authorizer or rate limiter are themselves subject to it',
  explanation:
    'Each check request needs a decision first, and without one it is denied: every request fails. This '
    + 'applies to an external authorizer (`CUSTOM`) whose policy covers its own pods, and to a rate '
    + 'limiter whose '
    + 'filter, with `failure_mode_deny`, is in the proxies of its own pods.',
  *find(cluster) {
    const graph = CallGraph.of(cluster);
    for (const { name, host } of authorizers(cluster)) {
      const node = nodeAt(host, graph, cluster);
      for (const policy of node
        ? policiesOf(node, cluster).filter(each => isAsking(each) && each.spec.get('provider', 'name').text === name)
        : []) {
        yield problem(
          policy.spec.get('selector').exists ? policy.spec.get('selector') : policy.spec,
          `The policy covers ${node?.name}, the workload of the authorizer "${name}" itself, so each check `
            + 'request requires another one.',
          'Select only the pods that it protects.',
        );
      }
    }
    for (const filter of cluster.all(Kind.ENVOY_FILTER)) {
      const labels = filter.spec.get('workloadSelector', 'labels').strings;
      for (const config of filter.spec
        .get('configPatches')
        .items.map(each => each.get('patch', 'value', 'typed_config'))
        .filter(each => each.get('failure_mode_deny').isTrue)) {
        const target = /(?:outbound\|\d+\|[^|]*\|)?([\w.-]+\.svc\.[\w.]+)/.exec(
          JSON.stringify(config.get('rate_limit_service').value ?? ''),
        )?.[1];
        const node = target === undefined ? undefined : nodeAt(target, graph, cluster);
        const covers =
          node?.workloads.some(
            each =>
              [each.namespace, cluster.mesh.rootNamespace].includes(filter.namespace) && hasLabels(each.labels, labels),
          ) === true;
        if (node && covers && !isForGateways(filter.spec)) {
          yield problem(
            config.get('failure_mode_deny'),
            `The filter applies to the proxies of ${node.name}, which is the rate limiter itself.`,
            'Select only the workloads that it protects, or set failure_mode_deny to false.',
          );
        }
      }
    }
  },
};

/** External authorizers that fail closed. */
function authorizers(cluster: Cluster): { name: string; host: string }[] {
  return (cluster.mesh.get('extensionProviders')?.items ?? []).flatMap(provider =>
    ['envoyExtAuthzGrpc', 'envoyExtAuthzHttp']
      .map(kind => provider.get(kind))
      .filter(each => each.exists && !each.get('failOpen').isTrue)
      .map(each => ({ name: provider.get('name').text, host: each.get('service').text.split('/').at(-1) ?? '' })),
  );
}

function nodeAt(host: string, graph: CallGraph, cluster: Cluster): Node | undefined {
  const service = cluster.hosts
    .named(host, '')
    .map(each => each.resource)
    .find(each => each.type === Kind.SERVICE);
  return service && graph.nodeOf(service);
}

function isForGateways(spec: Field): boolean {
  return spec.get('configPatches').items.every(each => each.get('match', 'context').text === 'GATEWAY');
}
