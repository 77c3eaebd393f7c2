import { type Cluster, type Field, isWithin, Kind, type Resource } from '../../manifests';
import type { LinkerdIdentity } from '../endpoints/caller';
import type { Connection } from '../endpoints/connection';
import { every, or, type Ternary, Unsimulated } from '../messages/unsimulated';

/** Whether a client is authorized, and by which policy. */
export interface LinkerdVerdict {
  readonly isAllowed: Ternary;
  readonly by?: Field;
}

/** What the AuthorizationPolicies for a target decide about a client: one that it satisfies is enough. */
export function authorizeInLinkerd(
  policies: readonly Resource[],
  connection: Connection,
  cluster: Cluster,
): LinkerdVerdict {
  const verdicts = policies.map(policy => ({ policy, isAllowed: satisfies(policy, connection, cluster) }));
  const deciding = verdicts.find(each => each.isAllowed) ?? verdicts.find(each => each.isAllowed === undefined);
  return { isAllowed: or(verdicts.map(each => each.isAllowed)), by: deciding?.policy.root };
}

/** The AuthorizationPolicies of a namespace that target an object, or the namespace. */
export function policiesTargeting(
  kind: string,
  group: string,
  name: string,
  namespace: string,
  cluster: Cluster,
): Resource[] {
  return cluster.all(Kind.LINKERD_AUTHORIZATION_POLICY).filter(each => {
    const target = each.spec.get('targetRef');
    return (
      each.namespace === namespace
      && target.get('kind').text.toLowerCase() === kind.toLowerCase()
      && (group === '' ? ['', 'core'] : [group]).includes(target.get('group').text)
      && target.get('name').text === name
    );
  });
}

/**
 * Whether a client has all authentications that a policy requires. A policy with a reference to an object that does not
 * exist applies to none.
 */
function satisfies(policy: Resource, connection: Connection, cluster: Cluster): Ternary {
  const refs = policy.spec.get('requiredAuthenticationRefs').items;
  const found = refs.map(at => ({ at, object: authenticationAt(at, policy, cluster) }));
  if (found.some(each => each.object === undefined)) {
    return false;
  }
  return every(found, ({ at, object }) => {
    switch (at.get('kind').text) {
      case 'ServiceAccount':
        return isAccount(at, policy.namespace, connection.linkerd?.identity);
      case 'MeshTLSAuthentication':
        return object ? hasIdentity(object, connection.linkerd?.identity) : false;
      default:
        return object ? isFrom(object, connection.address) : false;
    }
  });
}

/** The object of a reference; the policy itself for a ServiceAccount, which need not exist. */
function authenticationAt(at: Field, policy: Resource, cluster: Cluster): Resource | undefined {
  const [kind, name, namespace] = [
    at.get('kind').text,
    at.get('name').text,
    at.get('namespace').text || policy.namespace,
  ];
  switch (kind) {
    case 'ServiceAccount':
      return policy;
    case 'MeshTLSAuthentication':
      return cluster.find(Kind.LINKERD_MESH_TLS_AUTHENTICATION, name, namespace);
    case 'NetworkAuthentication':
      return cluster.find(Kind.LINKERD_NETWORK_AUTHENTICATION, name, namespace);
    default:
      return undefined;
  }
}

function isAccount(at: Field, namespace: string, identity: LinkerdIdentity | undefined): boolean {
  return (
    identity !== undefined
    && at.get('name').text === identity.serviceAccount
    && (at.get('namespace').text || namespace) === identity.namespace
  );
}

function hasIdentity({ spec, namespace }: Resource, identity: LinkerdIdentity | undefined): boolean {
  if (!identity) {
    return false;
  }
  const name = `${identity.serviceAccount}.${identity.namespace}.serviceaccount.identity.`;
  return (
    spec.get('identities').texts.some(each => matchesName(each, name))
    || spec
      .get('identityRefs')
      .items.some(at =>
        at.get('kind').text === 'Namespace'
          ? at.get('name').text === identity.namespace
          : isAccount(at, namespace, identity),
      )
  );
}

/**
 * Whether an identity matches, up to the namespace of the control plane and the trust domain, which are of the
 * installation. Throws for patterns that are for a part of these.
 */
function matchesName(pattern: string, name: string): boolean {
  if (pattern === '*') {
    return true;
  }
  const [own, installation] = pattern.split('.serviceaccount.identity.');
  if (own === undefined || installation === undefined) {
    throw new Unsimulated(
      `The identity "${pattern}" is not one of a ServiceAccount, or a pattern for other parts of it.`,
      'Use `identityRefs`.',
    );
  }
  const [account, namespace] = [own, name.split('.serviceaccount.identity.')[0] ?? ''];
  return account.startsWith('*.') ? namespace.endsWith(account.slice(1)) : account === namespace;
}

/** Whether a client has one of the addresses; undefined if its address is not known. */
function isFrom({ spec }: Resource, address: string | undefined): Ternary {
  return or(
    spec.get('networks').items.map(network => {
      const [cidr, exceptions] = [network.get('cidr').text, network.get('except').texts];
      return address === undefined
        ? cidr === '0.0.0.0/0' && exceptions.length === 0
          ? true
          : undefined
        : isWithin(address, cidr) && !exceptions.some(each => isWithin(address, each));
    }),
  );
}
