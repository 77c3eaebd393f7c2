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

/** What becomes of a request at its callee. */
export interface Arrival {
  /** What the application gets. */
  readonly message?: Message;
  /** What let it in, where a policy decided. */
  readonly by?: Field;
  /** Whether policies decide by what is not known. */
  readonly isUncertain?: boolean;
  readonly refusal?: { readonly status: number; readonly by?: Field; readonly reason: string };
  readonly steps: readonly string[];
}

/** A request at the proxy of its callee: external authorizers, its token, then the policies. Without a message, a connection. */
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

/** Who else is asked, a sentence each. */
export function asked(providers: readonly string[]): string[] {
  return providers.map(each => `the external authorizer ${each} is asked`);
}

/** Whether a proxy sees only connections on a port of its workload: what the Services say that lead there. */
function carriesConnections(workload: Workload, number: number, { cluster }: Context): boolean {
  const protocols = new Set(portsLeadingTo(workload, number, cluster).map(({ port }) => carriesRequests(port) !== false));
  if (protocols.size > 1) {
    throw new Unsimulated(`Services say different things of what port ${number} of ${workload.namespace}/${workload.name} carries.`, 'Give their ports one protocol.');
  }
  return protocols.has(false);
}
