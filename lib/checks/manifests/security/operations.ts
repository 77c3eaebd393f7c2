import { type Cluster, covers, Kind, operationsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../check';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

export const unknownMethod: Check = {
  id: 'UnknownMethod',
  severity: Severity.WARNING,
  covers: ['KIA0102'],
  summary: 'An AuthorizationPolicy names a method that HTTP does not have',
  explanation: 'It matches nothing. Methods are upper case; `*`, `GE*` and `*T` are patterns. gRPC methods are paths (`/package.Service/Method`), and their HTTP method is POST.',
  *find(cluster) {
    for (const method of cluster.all(Kind.AUTHORIZATION_POLICY).flatMap(operationsOf).flatMap(each => [...each.get('methods').items, ...each.get('notMethods').items])) {
      if (!method.text.includes('*') && !METHODS.has(method.text)) {
        yield problem(method, `HTTP has no method "${method.text}", so this matches no request.`,
          METHODS.has(method.text.toUpperCase()) ? `Write ${method.text.toUpperCase()}.` : 'For gRPC name the method as a path: `paths: [/package.Service/Method]`.');
      }
    }
  },
};

export const unservedHost: Check = {
  id: 'UnservedHost',
  severity: Severity.INFO,
  covers: ['KIA0104'],
  summary: 'An AuthorizationPolicy names a host of the cluster that nobody declares',
  explanation: 'It is compared with the Host header, so any name may be right, and those outside the cluster are not looked at; a name below the cluster\'s domain that no Service has is likely misspelled.',
  *find(cluster) {
    for (const host of cluster.all(Kind.AUTHORIZATION_POLICY).flatMap(operationsOf).flatMap(each => each.get('hosts').items)) {
      const name = host.text.replace(/:(\d+|\*)$/, '');
      if (name.endsWith(`.svc.${cluster.clusterDomain}`) && !isServed(name, cluster)) {
        yield problem(host, `No Service has the host ${name}, so no request is likely to ask for it.`, 'Correct the name or the namespace.');
      }
    }
  },
};

function isServed(name: string, cluster: Cluster): boolean {
  return name.startsWith('*') ? cluster.hosts.all.some(each => covers(name, each.name)) : cluster.hosts.named(name, '').length > 0
    || cluster.all(Kind.VIRTUAL_SERVICE).some(each => each.spec.get('hosts').texts.includes(name));
}
