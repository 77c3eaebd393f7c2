import { isElsewhere, Kind, missingHost } from '../../../manifests';
import { Gateways } from '../../../dataplane';
import { Severity } from '../../finding';
import { absent, type Check, problem } from '../../manifests/check';
import { destinationsOf, targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownDestination',
  severity: Severity.ERROR,
  covers: ['IST0101', 'KIA1101'],
  summary: 'A VirtualService sends traffic to a host that no Service or ServiceEntry declares',
  explanation:
    'Requests on this route fail with 503. A host without a dot is a Service in the namespace of the '
    + 'VirtualService; hosts '
    + 'exported only to other namespaces do not count, wildcard hosts of ServiceEntries do, and so do the '
    + 'Services of gateways that Istio makes or installs. The annotation `cardinal.cdk8s.io/elsewhere` of an object '
    + 'lists hosts that other manifests declare.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host, isMirror } of destinationsOf(virtualService)) {
        if (
          !targetOf(host, virtualService, cluster)
          && !isElsewhere(virtualService, host)
          && !Gateways.of(cluster).hasHost(host, virtualService.namespace)
        ) {
          yield absent(
            missingHost(host, virtualService.namespace, cluster),
            problem(
              at.get('host'),
              `${isMirror ? 'Copies of requests' : 'Requests'} are sent to the host "${host}", which no `
                + 'Service or ServiceEntry among these manifests declares, so they fail with 503.',
              'Correct the host, write it with its namespace and domain if the Service is in another '
                + 'namespace, or declare a ServiceEntry.',
              isMirror ? ['IST0101'] : undefined,
            ),
          );
        }
      }
    }
  },
};
