import { carriesRequests, type Field, type Workload } from '../../../manifests';
import { authenticate } from '../policies/authentication';
import { authorize } from '../policies/authorization';
import { askAuthorizers } from '../policies/custom';
import { callerOf } from './caller';
import { isProxied } from './connect';
import type { Connection } from './connection';
import type { Context } from '../context';
import { portsLeadingTo } from './endpoints';
import type { Message } from '../message';
import { normalized } from './normalization';
import { Unsimulated } from '../unsimulated';

/** The result of a request at its callee. */
export interface Arrival {
  /** The request that the application receives. */
  readonly message?: Message;
  /** The policy that allowed it, if any. */
  readonly by?: Field;
  /** Whether policies depend on unknown attributes. */
  readonly isUncertain?: boolean;
  readonly refusal?: { readonly status: number; readonly by?: Field; readonly reason: string };
  readonly steps: readonly string[];
}

/** A request at the proxy of its callee: external authorizers, authentication, then authorization. Without a message, a connection. */
export function arrive(workload: Workload, connection: Connection, message: Message | undefined, context: Context): Arrival {
  const { cluster } = context;
  const { number } = connection.port;
  if (!isProxied(workload, number, cluster)) {
    return { message, steps: [] };
  }
  const isTcp = message === undefined || carriesConnections(workload, number, context);
  const request = isTcp ? undefined : normalized(message, cluster);
  const asking = askAuthorizers(workload, { connection, message: request, isTcp }, context.authorizersFor(callerOf(workload, cluster)), cluster);
  const steps = asked(asking.asks);
  if (asking.isAllowed === false) {
    return { refusal: { ...asking, status: isTcp ? 0 : asking.status }, steps };
  }
  const read = request && authenticate(workload, request, cluster);
  if (read?.refusal) {
    return { refusal: read.refusal, steps };
  }
  const verdict = authorize(workload, { connection, message: read?.message, isTcp }, cluster);
  return verdict.isAllowed === false
    ? { refusal: { ...verdict, status: isTcp ? 0 : verdict.status }, steps }
    : { message: read?.message ?? message, by: verdict.by, isUncertain: asking.isAllowed === undefined || verdict.isAllowed === undefined, steps };
}

/** The external authorizers that are called, one step each. */
export function asked(providers: readonly string[]): string[] {
  return providers.map(each => `checked by the external authorizer ${each}`);
}

/** Whether a proxy handles a port of its workload as TCP, by the protocol of the Services that map to it. */
function carriesConnections(workload: Workload, number: number, { cluster }: Context): boolean {
  const protocols = new Set(portsLeadingTo(workload, number, cluster).map(({ port }) => carriesRequests(port) !== false));
  if (protocols.size > 1) {
    throw new Unsimulated(`Services declare different protocols for port ${number} of ${workload.namespace}/${workload.name}.`, 'Declare the same protocol.');
  }
  return protocols.has(false);
}
