import type { IAuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1' with { 'resolution-mode': 'import' };
import type { SpecOf } from '../kubernetes';
import type { Operation, Port } from '../topology';

type Rule = NonNullable<SpecOf<IAuthorizationPolicy>['rules']>[number];
type To = NonNullable<Rule['to']>[number];

/** Operations of a port as an AuthorizationPolicy names them: the port is the pod's; a method and its paths go together. */
export function operationsOn(port: Port, operations: readonly Operation[] | undefined): To[] {
  return operationsOf(operations, { ports: [String(port.target)] });
}

/** Operations on whatever port. */
export function operationsOf(operations: readonly Operation[] | undefined, common: { ports?: string[] } = {}): To[] {
  if (!operations) {
    return [{ operation: common }];
  }
  const pathsByMethod = new Map<string | undefined, string[]>();
  for (const { method, path } of operations) {
    pathsByMethod.set(method, [...pathsByMethod.get(method) ?? [], path.replaceParameters('{*}', '{**}')]);
  }
  return [...pathsByMethod].map(([method, paths]) => ({ operation: { ...common, methods: method ? [method] : undefined, paths } }));
}
