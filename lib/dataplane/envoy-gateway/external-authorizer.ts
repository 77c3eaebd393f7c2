import { aliasedHost, type Field, isGranted, Kind, portNumber, portsOf, reference } from '../../manifests';
import { type Authorizer, refusalBy } from '../clusters/authorizers';
import type { Context } from '../clusters/context';
import { authorizerSteps } from '../clusters/inbound';
import type { Caller } from '../endpoints/caller';
import type { Message } from '../messages/message';
import { Unsimulated } from '../messages/unsimulated';
import { FORBIDDEN } from '../policies/authorization';
import { titleOf } from '../unread/read';
import { refused, type Verdict } from './verdict';

/**
 * The effect of the `extAuth` of a SecurityPolicy on a request: its service is called before all other filters, and is
 * assumed to allow the request.
 * @see https://gateway.envoyproxy.io/docs/tasks/security/ext-auth/
 */
export function checkExternally(auth: Field, message: Message, asker: Caller, context: Context): Verdict {
  if (problemOfAuthorizer(auth, context) !== undefined) {
    return { message };
  }
  const backends = servicesOf(auth, context).filter(each => each.weight > 0);
  const steps = authorizerSteps(backends.map(each => each.name));
  const refusals = backends.map(each =>
    each.authorizer
      ? refusalBy(each.authorizer, message, asker, context)
      : context.denyingAuthorizers.includes(each.name)
        ? { status: FORBIDDEN, reason: `the external authorizer ${each.name} denies it` }
        : undefined,
  );
  const [first] = refusals;
  const doubt = refusals.find(each => each?.doubt)?.doubt;
  if (doubt) {
    throw doubt;
  }
  if (refusals.some(each => each?.status !== first?.status)) {
    throw new Unsimulated(
      `${titleOf(auth.resource)} has several external authorizers, of which not all allow the request.`,
      'Ask with one of them.',
    );
  }
  return first ? { ...refused(message, first.status, auth, first.reason), steps } : { message, steps };
}

/** Why an external authorizer is invalid. */
export function problemOfAuthorizer(auth: Field, context: Context): string | undefined {
  const backends = servicesOf(auth, context).filter(each => each.weight > 0);
  return backends.length === 0
    ? 'it has no external authorizer'
    : backends.find(each => each.problem !== undefined)?.problem;
}

interface Backend {
  /** As `namespace/name`. */
  readonly name: string;
  readonly weight: number;
  /** Undefined if it is not a Service. */
  readonly authorizer?: Authorizer;
  readonly problem?: string;
}

function servicesOf(auth: Field, context: Context): Backend[] {
  const isHttp = auth.get('http').exists;
  const settings = auth.get(isHttp ? 'http' : 'grpc');
  const listed = settings.get('backendRefs').items;
  return (listed.length > 0 ? listed : [settings.get('backendRef')].filter(each => each.exists)).map(each =>
    backendAt(each, isHttp, auth, context),
  );
}

function backendAt(at: Field, isHttp: boolean, auth: Field, { cluster }: Context): Backend {
  const to = reference(at, at.resource, 'Service', '');
  const name = `${to.namespace}/${to.name}`;
  const backend = { name, weight: at.get('weight').number ?? 1 };
  const type = to.group === '' ? to.kind : `${to.kind}.${to.group}`;
  const object = cluster.find(type, to.name, to.namespace);
  if (!object || !isGranted(at.resource, to, cluster)) {
    return {
      ...backend,
      problem: object
        ? `no ReferenceGrant allows it to refer to ${to.kind} ${name}`
        : `its external authorizer, ${to.kind} ${name}, does not exist`,
    };
  }
  if (aliasedHost(object) !== undefined) {
    return { ...backend, problem: `its external authorizer, Service ${name}, is an ExternalName` };
  }
  const [host] = type === Kind.SERVICE ? cluster.hosts.all.filter(each => each.resource === object) : [];
  const port = at.get('port').number;
  if (!host) {
    return backend;
  }
  if (port === undefined || !portsOf(host).some(each => portNumber(each) === port)) {
    return { ...backend, problem: `its external authorizer, Service ${name}, has no port ${port ?? ''}`.trim() };
  }
  const [fixed, prefix] = [settingOf(auth, 'pathOverride'), settingOf(auth, 'path')];
  return {
    ...backend,
    authorizer: {
      name,
      isHttp,
      host,
      port,
      pathFor: path => fixed || `${prefix}${path}`,
      failsOpen: auth.get('failOpen').isTrue,
      statusOnError: auth.get('statusOnError').number ?? FORBIDDEN,
    },
  };
}

function settingOf(auth: Field, name: string): string {
  return auth.get('http', name).text;
}
