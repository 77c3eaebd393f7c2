import type { Cluster, Field, Host } from '../../../manifests';
import { FORBIDDEN } from '../policies/authorization';
import type { AuthorizerRefusal, Authorizers } from '../policies/custom';
import type { Caller } from './caller';
import type { Context } from '../context';
import type { Message } from '../message';
import type { Branch } from '../passage';
import { lookUp, toEndpoints } from './to-cluster';

/**
 * The external authorizers as the proxy of somebody reaches them: a request to the authorizer's Service goes by the same rules as any other, and where it fails, what
 * would have been asked about is refused, unless the authorizer fails open.
 * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider
 * @param asking Those whose answer is waited for already.
 */
export function authorizersFor(asker: Caller, refusing: readonly string[], context: Context, asking: readonly string[] = []): Authorizers {
  const { cluster } = context;
  return {
    refusal: (name, asked) => {
      const own = refusing.includes(name) && !asked.isUnrouted ? { status: FORBIDDEN, reason: `the authorizer ${name} refuses` } : undefined;
      if (!cluster.mesh.isKnown) {
        return own;
      }
      const authorizer = authorizerOf(name, cluster);
      if (typeof authorizer === 'string') {
        return { status: FORBIDDEN, reason: `it asks the authorizer ${name}, ${authorizer}` };
      }
      if (asked.isUnrouted || (asked.isTcp && authorizer.isHttp)) {
        return undefined;
      }
      const nested: Context = { ...context, authorizersFor: other => authorizersFor(other, refusing, nested, [...asking, name]) };
      const failure = asking.includes(name) ? { status: 0, reason: 'it asks itself before it answers' } : failureOf(authorizer, asked.message, asker, nested);
      return failure ? refusalOf(name, authorizer, failure) : own;
    },
  };
}

interface Authorizer {
  readonly settings: Field;
  readonly isHttp: boolean;
  readonly host: Host;
  readonly port: number;
}

/** What the mesh says of an authorizer; a text if Istio cannot use that. */
function authorizerOf(name: string, cluster: Cluster): Authorizer | string {
  const provider = cluster.mesh.get('extensionProviders')?.items.find(each => each.get('name').text === name);
  const [settings] = ['envoyExtAuthzHttp', 'envoyExtAuthzGrpc'].map(kind => provider?.get(kind)).filter(each => each?.exists);
  if (!provider || !settings) {
    return 'which the mesh does not have';
  }
  const [service = '', namespace] = settings.get('service').text.split('/').reverse();
  const hosts = cluster.hosts.all.filter(each => each.name === service && (namespace === undefined || each.resource.namespace === namespace));
  const [host] = hosts;
  if (!host || new Set(hosts.map(each => each.resource.namespace)).size > 1) {
    return host ? `whose Service ${service} several namespaces have` : `whose Service ${service} nobody declares`;
  }
  return { settings, isHttp: provider.get('envoyExtAuthzHttp').exists, host, port: settings.get('port').number ?? 0 };
}

interface Failure {
  readonly status: number;
  readonly reason: string;
}

/** What keeps the question from being answered. Without a message it is not known what the authorizer's own policies say of it. */
function failureOf({ settings, isHttp, host, port }: Authorizer, message: Message | undefined, asker: Caller, context: Context): Failure | undefined {
  if (!asker.proxy) {
    return undefined;
  }
  const found = lookUp({ host: host.name.toLowerCase(), port }, port, asker.proxy, context);
  if ('problem' in found || found.endpoints.length === 0) {
    return { status: 0, reason: 'problem' in found ? `its proxy does not know ${host.name}:${port}` : `nothing runs behind ${found.title}` };
  }
  const question = message && (isHttp ? { ...message, path: `${settings.get('pathPrefix').text}${message.path}` } : { ...message, method: 'POST', path: '/envoy.service.auth.v3.Authorization/Check' });
  const branches = question ? toEndpoints(found.endpoints, found.security, 0, question, asker, context) : [];
  const failures = branches.filter(each => !arrives(each));
  const [first] = failures;
  return first && failures.length === branches.length ? { status: first.status ?? 0, reason: first.reason ?? '' } : undefined;
}

function arrives({ workload, outside }: Branch): boolean {
  return (workload ?? outside) !== undefined;
}

/** An answer of the authorizer's own proxy counts as its own; else the question failed. */
function refusalOf(name: string, { settings, isHttp }: Authorizer, { status, reason }: Failure): AuthorizerRefusal | undefined {
  if (isHttp && status >= 400 && status < 500) {
    return { status, reason: `the authorizer ${name} refuses: ${reason}` };
  }
  return settings.get('failOpen').isTrue ? undefined : { status: settings.get('statusOnError').number ?? FORBIDDEN, reason: `the authorizer ${name} does not answer: ${reason}` };
}
