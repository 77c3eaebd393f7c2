import { Kind, portNumber, portsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem, unless } from '../../manifests/check';
import { destinationsOf, targetOf } from '../../manifests/routing/destinations';

export const rule: Check = {
  id: 'UnknownPort',
  severity: Severity.ERROR,
  covers: ['IST0101'],
  summary: 'A VirtualService sends traffic to a port that its destination does not have',
  explanation:
    'Requests on this route fail with 503. The port is that of the Service or ServiceEntry, not the container port.',
  *find(cluster) {
    for (const virtualService of cluster.all(Kind.VIRTUAL_SERVICE)) {
      for (const { at, host, port = 0 } of destinationsOf(virtualService).filter(each => each.at.get('port').exists)) {
        const target = targetOf(host, virtualService, cluster);
        const ports = target ? portsOf(target).map(portNumber) : [];
        if (target && !ports.includes(port)) {
          const found = problem(
            at.get('port'),
            `${target.name} has no port ${port}, so requests fail with 503.`,
            `Use one of its ports: ${ports.join(', ') || 'it declares none'}.`,
          );
          yield target.resource.origin?.isChanged === true
            ? unless('a patch of its kustomization adds it', found)
            : found;
        }
      }
    }
  },
};
