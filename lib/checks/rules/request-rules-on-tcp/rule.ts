import {
  carriesRequests,
  type Cluster,
  type Field,
  Kind,
  operationsOf,
  parentsOf,
  protocolOf,
  type Resource,
} from '../../../manifests';
import { Severity } from '../../finding';
import { requestRuleOf } from '../../manifests/ambient/layers';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'RequestRulesOnTcp',
  severity: Severity.WARNING,
  covers: [],
  summary: 'HTTP rules apply to a port that does not carry HTTP',
  explanation:
    'The port declares TCP, TLS or a database protocol: HTTP routes are ignored there, an ALLOW rule '
    + 'with methods, paths or tokens never matches and so denies everything, and a DENY rule denies '
    + 'everything too.',
  *find(cluster) {
    for (const virtualService of cluster
      .all(Kind.VIRTUAL_SERVICE)
      .filter(each => each.spec.get('http').items.length > 0)) {
      for (const host of virtualService.spec.get('hosts').items) {
        const target = cluster.hosts.find(host.text, virtualService.namespace);
        const ports = target?.resource.type === Kind.SERVICE ? target.resource.spec.get('ports').items : [];
        if (ports.length > 0 && ports.every(each => carriesRequests(each) === false)) {
          yield problem(
            virtualService.spec.get('http'),
            `${target?.name ?? host.text} carries ${describe(ports)}, so Istio ignores its HTTP rules.`,
            'Declare an HTTP protocol for the port (http, grpc), or use tcp rules.',
          );
        }
      }
    }
    for (const route of [Kind.HTTP_ROUTE, Kind.GRPC_ROUTE].flatMap(type => cluster.all(type))) {
      for (const parent of parentsOf(route).filter(each => each.kind === 'Service')) {
        const named = parent.at.get('port').number;
        const ports =
          cluster
            .find(Kind.SERVICE, parent.name, parent.namespace)
            ?.spec.get('ports')
            .items.filter(each => named === undefined || each.get('port').number === named) ?? [];
        if (ports.length > 0 && ports.every(each => carriesRequests(each) === false)) {
          yield problem(
            parent.at,
            `The Service ${parent.namespace}/${parent.name} carries ${describe(ports)}, so Istio ignores `
              + 'this route for it.',
            'Declare an HTTP protocol for the port (http, grpc), or use a TCPRoute.',
          );
        }
      }
    }
    for (const policy of cluster.all(Kind.AUTHORIZATION_POLICY)) {
      const about = requestRuleOf(policy);
      const services = about ? servicesOf(policy, cluster) : [];
      const ports = services.flatMap(each => each.spec.get('ports').items);
      const named = operationsOf(policy).flatMap(each => each.get('ports').texts);
      const concerned = ports.filter(
        port =>
          named.length === 0 || [port.get('port').text, port.get('targetPort').text].some(each => named.includes(each)),
      );
      if (about && concerned.length > 0 && concerned.every(each => carriesRequests(each) === false)) {
        yield problem(
          about,
          `The ports of ${services.map(each => each.name).join(', ')} carry ${describe(concerned)}, so Istio `
            + 'cannot evaluate the HTTP attributes of the rule.',
          'Declare an HTTP protocol for the port (http, grpc), or use rules on callers and ports.',
        );
      }
    }
  },
};

function describe(ports: readonly Field[]): string {
  return [...new Set(ports.map(each => protocolOf(each) ?? 'tcp'))].join(', ');
}

function servicesOf(policy: Resource, cluster: Cluster): Resource[] {
  const labels = policy.spec.get('selector', 'matchLabels').strings;
  return Object.keys(labels).length === 0
    ? []
    : [...new Set(cluster.workloads.select(labels, policy.namespace).flatMap(each => cluster.servicesOf(each)))];
}
