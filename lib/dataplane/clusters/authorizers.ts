import type { Cluster, Host } from '../../manifests';
import { FORBIDDEN } from '../policies/authorization';
import type { AuthorizerRefusal, Authorizers } from '../policies/custom';
import type { Caller } from '../endpoints/caller';
import type { Context } from './context';
import type { Message } from '../messages/message';
import type { Unsimulated } from '../messages/unsimulated';
import type { SimulatedOutcome } from './simulation-result';
import { lookUp } from './look-up';
import { toEndpoints } from './to-cluster';

/**
 * The external authorizers as the proxy of a caller reaches them: a check request to the authorizer's Service follows
 * the same rules as any other, and if it fails, the original request is denied, unless the authorizer fails open.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 * @param asking The authorizers with pending check requests.
 */
export function authorizersFor(asker: Caller, context: Context, asking: readonly string[] = []): Authorizers {
  const { cluster } = context;
  return {
    refusal: (name, input) => {
      const own = input.isUnrouted ? undefined : denialBy(name, context);
      if (!cluster.mesh.isKnown) {
        return own;
      }
      const authorizer = authorizerOf(name, cluster);
      if (typeof authorizer === 'string') {
        return { status: FORBIDDEN, reason: `the external authorizer ${name} ${authorizer}` };
      }
      if (input.isUnrouted || (input.isTcp && authorizer.isHttp)) {
        return undefined;
      }
      const nested: Context = { ...context, authorizersFor: other => authorizersFor(other, nested, [...asking, name]) };
      return asking.includes(name)
        ? refusalOf(authorizer, { status: 0, reason: 'its check request requires its own decision' })
        : refusalBy(authorizer, input.message, asker, nested);
    },
  };
}

/** An external authorizer that proxies can call. */
export interface Authorizer {
  readonly name: string;
  readonly isHttp: boolean;
  readonly host: Host;
  readonly port: number;
  /** The path of a check request, for the path of the request. */
  readonly pathFor: (path: string) => string;
  readonly failsOpen: boolean;
  /** The status while it is unavailable. */
  readonly statusOnError: number;
}

/**
 * Why an external authorizer denies a request: because it is one of those that deny everything, or because it cannot be
 * reached and does not fail open. Undefined if it allows the request, which is assumed otherwise.
 */
export function refusalBy(
  authorizer: Authorizer,
  message: Message | undefined,
  asker: Caller,
  context: Context,
): AuthorizerRefusal | undefined {
  const failure = failureOf(authorizer, message, asker, context);
  const own = denialBy(authorizer.name, context);
  return failure?.doubt
    ? { ...(refusalOf(authorizer, failure) ?? own ?? failure), doubt: failure.doubt }
    : failure
      ? refusalOf(authorizer, failure)
      : own;
}

function denialBy(name: string, { denyingAuthorizers }: Context): AuthorizerRefusal | undefined {
  return denyingAuthorizers.includes(name)
    ? { status: FORBIDDEN, reason: `the external authorizer ${name} denies it` }
    : undefined;
}

/** The provider of an authorizer in the mesh configuration; a text if Istio cannot use it. */
function authorizerOf(name: string, cluster: Cluster): Authorizer | string {
  const provider = cluster.mesh.get('extensionProviders')?.items.find(each => each.get('name').text === name);
  const [settings] = ['envoyExtAuthzHttp', 'envoyExtAuthzGrpc']
    .map(kind => provider?.get(kind))
    .filter(each => each?.exists);
  if (!provider || !settings) {
    return 'is not an extensionProvider of the mesh';
  }
  const [service = '', namespace] = settings.get('service').text.split('/').reverse();
  const hosts = cluster.hosts.all.filter(
    each => each.name === service && (namespace === undefined || each.resource.namespace === namespace),
  );
  const [host] = hosts;
  if (!host || new Set(hosts.map(each => each.resource.namespace)).size > 1) {
    return host
      ? `has the Service ${service}, which exists in several namespaces`
      : `has the Service ${service}, which does not exist`;
  }
  const isHttp = provider.get('envoyExtAuthzHttp').exists;
  return {
    name,
    isHttp,
    host,
    port: settings.get('port').number ?? 0,
    pathFor: path => `${settings.get('pathPrefix').text}${path}`,
    failsOpen: settings.get('failOpen').isTrue,
    statusOnError: settings.get('statusOnError').number ?? FORBIDDEN,
  };
}

interface Failure {
  readonly status: number;
  readonly reason: string;
  /** Set if it is unknown whether the check request fails: the unknown on which that depends. */
  readonly doubt?: Unsimulated;
}

/** Why a check request fails. Without a message the verdict of the authorizer's own policies is unknown. */
function failureOf(
  { isHttp, host, port, pathFor }: Authorizer,
  message: Message | undefined,
  asker: Caller,
  context: Context,
): Failure | undefined {
  if (!asker.proxy) {
    return undefined;
  }
  const found = lookUp({ host: host.name.toLowerCase(), port }, port, asker.proxy, context);
  if ('problem' in found || found.endpoints.length === 0) {
    return {
      status: 0,
      reason:
        'problem' in found ? `the proxy has no cluster for ${host.name}:${port}` : `${found.title} has no endpoints`,
    };
  }
  const question =
    message
    && (isHttp
      ? { ...message, path: pathFor(message.path) }
      : { ...message, method: 'POST', path: '/envoy.service.auth.v3.Authorization/Check' });
  const outcomes = question ? toEndpoints(found.endpoints, found.security, 0, question, asker, context) : [];
  const doubt = outcomes.find(each => each.isUncertain)?.doubt;
  const failures = outcomes.filter(each => !arrives(each));
  const [first] = failures;
  return first && failures.length === outcomes.length
    ? { status: first.status ?? 0, reason: first.reason ?? '', doubt }
    : doubt && { status: FORBIDDEN, reason: 'its own policies may deny the check request', doubt };
}

function arrives({ workload, outside }: SimulatedOutcome): boolean {
  return (workload ?? outside) !== undefined;
}

/** A response of the authorizer's own proxy counts as its decision; otherwise the check request failed. */
function refusalOf(
  { name, isHttp, failsOpen, statusOnError }: Authorizer,
  { status, reason }: Failure,
): AuthorizerRefusal | undefined {
  if (isHttp && status >= 400 && status < 500) {
    return { status, reason: `the external authorizer ${name} denies it: ${reason}` };
  }
  return failsOpen
    ? undefined
    : { status: statusOnError, reason: `the external authorizer ${name} is unavailable: ${reason}` };
}
