import type { Cluster, Field, Host } from '../../manifests';
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
export function authorizersFor(
  asker: Caller,
  refusing: readonly string[],
  context: Context,
  asking: readonly string[] = [],
): Authorizers {
  const { cluster } = context;
  return {
    refusal: (name, input) => {
      const own =
        refusing.includes(name) && !input.isUnrouted
          ? { status: FORBIDDEN, reason: `the external authorizer ${name} denies it` }
          : undefined;
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
      const nested: Context = {
        ...context,
        authorizersFor: other => authorizersFor(other, refusing, nested, [...asking, name]),
      };
      const failure = asking.includes(name)
        ? { status: 0, reason: 'its check request requires its own decision' }
        : failureOf(authorizer, input.message, asker, nested);
      return failure?.doubt
        ? { ...(refusalOf(name, authorizer, failure) ?? own ?? failure), doubt: failure.doubt }
        : failure
          ? refusalOf(name, authorizer, failure)
          : own;
    },
  };
}

interface Authorizer {
  readonly settings: Field;
  readonly isHttp: boolean;
  readonly host: Host;
  readonly port: number;
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
  return { settings, isHttp: provider.get('envoyExtAuthzHttp').exists, host, port: settings.get('port').number ?? 0 };
}

interface Failure {
  readonly status: number;
  readonly reason: string;
  /** Set if it is unknown whether the check request fails: the unknown on which that depends. */
  readonly doubt?: Unsimulated;
}

/** Why a check request fails. Without a message the verdict of the authorizer's own policies is unknown. */
function failureOf(
  { settings, isHttp, host, port }: Authorizer,
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
      ? { ...message, path: `${settings.get('pathPrefix').text}${message.path}` }
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
  name: string,
  { settings, isHttp }: Authorizer,
  { status, reason }: Failure,
): AuthorizerRefusal | undefined {
  if (isHttp && status >= 400 && status < 500) {
    return { status, reason: `the external authorizer ${name} denies it: ${reason}` };
  }
  return settings.get('failOpen').isTrue
    ? undefined
    : {
        status: settings.get('statusOnError').number ?? FORBIDDEN,
        reason: `the external authorizer ${name} is unavailable: ${reason}`,
      };
}
