import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1' with {
  'resolution-mode': 'import',
};
import { type Edge, type EdgeRule, Route, ValidationError } from '../topology';
import type { SpecOf } from './resource';
import { backends } from './route-backends';

type Rule = NonNullable<SpecOf<IHTTPRoute>['rules']>[number];

/**
 * The rule for the callback and the end of sessions: the gateway responds to these paths, but only where a route matches
 * them to which the policy of the login is attached. Its backend gets no request.
 */
export function rulesOfLogin(edge: Edge, group: readonly EdgeRule[]): Rule[] {
  const login = group[0]?.auth.login;
  if (!login) {
    return [];
  }
  const paths = [login.callbackPath, login.logoutPath];
  const rival = edge.rules.find(({ operation: { path } }) => path.isExact && paths.includes(path.text));
  if (rival) {
    throw new ValidationError({
      code: 'Contradiction',
      path: rival.path,
      summary: 'The gateway responds to this path itself, as a part of a login.',
      fix: 'Use another path, or set `callbackPath` or `logoutPath` of the login.',
    });
  }
  const route = group.find(each => each instanceof Route);
  if (!route) {
    throw new ValidationError({
      code: 'NoEffect',
      path: edge.path,
      summary: 'Redirects require a login, and no route does.',
      fix: 'Require it on a route as well, or set `Auth.none()` on the redirects.',
    });
  }
  return [
    {
      matches: paths.map(value => ({ path: { type: 'Exact' as const, value } })),
      backendRefs: backends(edge, route.service, route.port),
    },
  ];
}
