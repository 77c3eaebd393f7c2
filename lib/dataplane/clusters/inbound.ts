import { carriesRequests, type Field, type Workload } from '../../manifests';
import { authenticate } from '../policies/authentication';
import { authorize } from '../policies/authorization';
import { checkAuthorizers } from '../policies/custom';
import { callerOf } from '../endpoints/caller';
import { isProxied } from '../endpoints/connect';
import type { Connection } from '../endpoints/connection';
import type { Context } from './context';
import { portsLeadingTo } from '../endpoints/endpoints';
import type { Message } from '../messages/message';
import { normalized } from './normalization';
import { Unsimulated } from '../messages/unsimulated';

/** The result of a request at its callee. */
export interface Arrival {
  /** The request that the application receives. */
  readonly message?: Message;
  /** The policy that allowed it, if any. */
  readonly by?: Field;
  /** Whether policies depend on unknown attributes. */
  readonly isUncertain?: boolean;
  /** What is not known, if it is not what policies ask for. */
  readonly doubt?: Unsimulated;
  readonly refusal?: { readonly status: number; readonly by?: Field; readonly reason: string };
  readonly steps: readonly string[];
}

/**
 * A request at the proxy of its callee: external authorizers, authentication, then authorization. Without a message, a
 * connection.
 */
export function arrive(
  workload: Workload,
  connection: Connection,
  message: Message | undefined,
  context: Context,
): Arrival {
  const { cluster } = context;
  const { number } = connection.port;
  if (!isProxied(workload, number, cluster)) {
    return { message, steps: [] };
  }
  const protocols = protocolsOf(workload, number, context);
  if (message === undefined && protocols.includes('requests')) {
    const name = `${workload.namespace}/${workload.name}`;
    const doubt = new Unsimulated(
      `The proxy of ${name} reads requests on port ${number}, and answers bytes that are none by itself.`,
      'Ask for an HTTP request.',
    );
    return { isUncertain: true, doubt, steps: [] };
  }
  const isTcp = message === undefined || protocols.includes('bytes');
  const request = isTcp ? undefined : normalized(message, cluster);
  const asking = checkAuthorizers(
    workload,
    { connection, message: request, isTcp },
    context.authorizersFor(callerOf(workload, cluster)),
    cluster,
  );
  const steps = authorizerSteps(asking.asks);
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
    : {
        message: read?.message ?? message,
        by: verdict.by,
        isUncertain: asking.isAllowed === undefined || verdict.isAllowed === undefined,
        steps,
      };
}

/** The external authorizers that are called, one step each. */
export function authorizerSteps(providers: readonly string[]): string[] {
  return providers.map(each => `checked by the external authorizer ${each}`);
}

type Protocol = 'requests' | 'bytes' | 'unknown';

/** What a proxy sees on a port of its workload: what the Services say that lead there. */
function protocolsOf(workload: Workload, number: number, { cluster }: Context): readonly Protocol[] {
  const protocols = [...new Set(portsLeadingTo(workload, number, cluster).map(({ port }) => protocolAt(port)))];
  if (protocols.length > 1 && protocols.includes('bytes')) {
    throw new Unsimulated(
      `Services declare different protocols for port ${number} of ${workload.namespace}/${workload.name}.`,
      'Declare the same protocol.',
    );
  }
  return protocols;
}

function protocolAt(port: Field): Protocol {
  const carries = carriesRequests(port);
  return carries === undefined ? 'unknown' : carries ? 'requests' : 'bytes';
}
