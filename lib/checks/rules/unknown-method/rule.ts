import { Kind, matchesPattern, operationsOf } from '../../../manifests';
import { Severity } from '../../finding';
import { type Check, problem } from '../../manifests/check';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

export const rule: Check = {
  id: 'UnknownMethod',
  severity: Severity.WARNING,
  covers: ['KIA0102'],
  summary: 'An AuthorizationPolicy has a method that HTTP does not define',
  explanation:
    'It matches no request. Methods are upper-case; `*`, `GE*` and `*T` are patterns, which must match a '
    + 'method; a `*` in the middle is not a wildcard. gRPC methods are paths (`/package.Service/Method`), '
    + 'and their HTTP method is POST.',
  *find(cluster) {
    for (const method of cluster
      .all(Kind.AUTHORIZATION_POLICY)
      .flatMap(operationsOf)
      .flatMap(each => [...each.get('methods').items, ...each.get('notMethods').items])) {
      if (!METHODS.some(each => matchesPattern(method.text, each))) {
        yield problem(
          method,
          `HTTP has no method "${method.text}", so it matches no request.`,
          METHODS.includes(method.text.toUpperCase())
            ? `Write ${method.text.toUpperCase()}.`
            : 'For gRPC write the method as a path: `paths: [/package.Service/Method]`.',
        );
      }
    }
  },
};
