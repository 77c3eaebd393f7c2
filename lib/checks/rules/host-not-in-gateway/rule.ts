import {
  gatewayAt,
  gatewaysNamedBy,
  HostPatterns,
  isInternal,
  Kind,
  memoByKey,
  type Resource,
} from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

export const rule: Check = {
  id: 'HostNotInGateway',
  severity: Severity.WARNING,
  covers: ['IST0132'],
  summary: 'A VirtualService is bound to a Gateway that serves none of its hosts',
  explanation:
    'The Gateway answers requests for these hosts with 404. A server may restrict a host to the '
    + 'VirtualServices of one namespace, as `namespace/host`.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const reference of gatewaysNamedBy(virtualService).filter(each => !isInternal(each))) {
        const gateway = gatewayAt(reference, cluster);
        if (!gateway) {
          continue;
        }
        const { taken, patterns } = hostsFor(gateway, virtualService.namespace);
        const hosts = virtualService.spec.get('hosts').texts;
        if (!hosts.some(host => patterns.meeting(host).length > 0)) {
          yield problem(
            reference.at,
            `The Gateway ${reference.namespace}/${reference.name} serves none of the hosts `
              + `${hosts.join(', ')}, so it answers requests for them with 404.`,
            taken.length > 0
              ? `Add the host to a server of the Gateway, or use one that it serves: ${taken.join(', ')}.`
              : 'Add the host to a server of the Gateway.',
          );
        }
      }
    }
  },
};

/** The hosts that a Gateway serves for VirtualServices of a namespace. */
const hostsFor = memoByKey((gateway: Resource, namespace: string) => {
  const taken = gateway.spec
    .get('servers')
    .items.flatMap(server => server.get('hosts').texts)
    .flatMap(text => {
      const [scope = '', host] = text.split('/');
      if (host === undefined) {
        return [scope];
      }
      return [namespace, '*'].includes(scope === '.' ? gateway.namespace : scope) ? [host] : [];
    });
  return { taken, patterns: new HostPatterns(taken.map(each => [each, each])) };
});
