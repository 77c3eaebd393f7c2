import { CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RESOURCES_OF_TEMPLATE } from '../../checks';
import { type ApiKind, invalid } from './managed-api';

const ADVICE: Readonly<Record<ApiKind['code'], string>> = {
  LimitOfHttpApi:
    'A route to the cluster is a resource, one to a function is three. Combine routes, e.g. in `ANY /orders/{rest+}`.',
  LimitOfRestApi:
    'Each segment of a path is a resource, and so is each method; with CORS each path has one more. Combine routes, e.g. '
    + 'in `ANY /orders/{rest+}`.',
  LimitOfWebSocketApi:
    'Each route is two resources, one to a function three. Combine routes, e.g. in `$default`, and let its service '
    + 'read the kind of the message.',
};

/** Throws if the stack of an API has more resources than CloudFormation accepts, so far. */
export function requireRoomInTemplate(api: ApiKind, scope: Construct, path: string): void {
  const stack = Stack.of(scope);
  const isOfStack = (each: unknown): each is CfnResource => each instanceof CfnResource && each.stack === stack;
  const all = stack.node.findAll().filter(isOfStack).length;
  const own = scope.node.findAll().filter(isOfStack).length;
  if (all > RESOURCES_OF_TEMPLATE.limit) {
    throw invalid(
      api,
      path,
      `The stack ${stack.stackName} has ${all} resources, ${own} of them of this API, and CloudFormation accepts `
        + `${RESOURCES_OF_TEMPLATE.limit} in a template.`,
      `Put the API, or what else the stack has, into a stack of its own. ${ADVICE[api.code]} Or split the edge in two, `
        + 'each with a stack.',
    );
  }
}
