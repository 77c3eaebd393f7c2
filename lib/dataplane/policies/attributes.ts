import { isIP } from 'node:net';
import { type Cluster, type Field, isWithin, literalRegex, matchesPattern, memo, ownValue } from '../../manifests';
import { claimTexts } from './claims';
import type { Connection } from '../endpoints/connection';
import { type Ternary, Unsimulated } from '../messages/unsimulated';
import { authorityOf, forwardedFor, type Message } from '../messages/message';
import { isPathTemplate, matchesPathsFrom, matchesTemplate } from './path-template';

/** The input of authorization: a request or a TCP connection. What is unknown of it may have any value. */
export interface AuthorizationInput {
  readonly connection: Connection;
  /** Undefined if nothing of the request is known, and for a TCP connection. */
  readonly message?: Message;
  readonly isTcp: boolean;
  /** Whether no route matches: then Envoy calls no external authorizer. */
  readonly isUnrouted?: boolean;
  /** What is unknown, independent of the connection and the request. */
  readonly unknown?: ReadonlySet<UnknownPart>;
  /** What an unknown path begins with. */
  readonly pathStart?: string;
}

/**
 * A part of a connection or request with an unknown value: an `unnamed identity` is none that a policy has in full, with
 * unknown `headers` a request may have more than it shows, and an `authority port` may follow the host.
 */
export type UnknownPart =
  | 'identity'
  | 'unnamed identity'
  | 'port'
  | 'server name'
  | 'token'
  | 'host'
  | 'authority port'
  | 'method'
  | 'path'
  | 'headers';

/** An attribute of a request or connection, as the conditions of AuthorizationPolicies name it. */
export interface Attribute {
  /** Whether it exists in HTTP requests only. */
  readonly isAboutRequests: boolean;
  /** Whether its value matches one of a condition. */
  readonly matches: (input: AuthorizationInput, value: string, cluster: Cluster) => Ternary;
  /** The error if a result depends on its unknown value. */
  readonly unknown: (input: AuthorizationInput) => Unsimulated;
}

/**
 * An attribute by its key in conditions; one without an entry here has no known value.
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 */
export function attributeOf(key: string, at: Field): Attribute {
  const [, prefix = key, name = ''] = /^([^[]+)\[(.*)\]$/.exec(key) ?? [];
  const make = ownValue(ATTRIBUTES, prefix);
  return {
    isAboutRequests: prefix.startsWith('request.'),
    matches: make?.(name, at) ?? (() => undefined),
    unknown: input => unknownValue(key, at, make !== undefined, input),
  };
}

function unknownValue(key: string, at: Field, isSimulated: boolean, { isTcp }: AuthorizationInput): Unsimulated {
  const policy = `The AuthorizationPolicy ${at.resource.key} has a condition on`;
  if (['source.ip', 'remote.ip'].includes(key)) {
    return new Unsimulated(
      `${policy} the IP address of the client (${String(at)}), which is unknown.`,
      `Set the \`address\` of the ${isTcp ? 'connection' : 'request'}.`,
    );
  }
  if (key === 'destination.ip') {
    return new Unsimulated(`${policy} the IP address of a Pod, which is unknown.`, 'Use ports or labels instead.');
  }
  return isSimulated
    ? new Unsimulated(`${policy} ${key} (${String(at)}), which is unknown.`, 'Set it in the request.')
    : new Unsimulated(`${policy} ${key} (${String(at)}), which is not simulated.`, 'Test it in a cluster.');
}

type Matches = Attribute['matches'];

const ofRequest =
  (part: UnknownPart, test: (message: Message, value: string) => boolean): Matches =>
  ({ message, unknown }, value) =>
    !message || unknown?.has(part) || (part === 'host' && unknown?.has('authority port'))
      ? undefined
      : test(message, value);

const ofIdentity =
  (test: (identity: string, value: string, cluster: Cluster) => boolean): Matches =>
  ({ connection: { identity }, unknown }, value, cluster) =>
    unknown?.has('identity') || unknown?.has('unnamed identity')
      ? undefined
      : identity !== undefined && test(identity, value, cluster);

const ofClaim = (...path: string[]): Matches =>
  ofRequest('token', ({ verified }, value) =>
    claimTexts(verified ?? {}, path).some(each => matchesPattern(value, each)),
  );

const ofAddress =
  (find: (input: AuthorizationInput) => string | undefined): Matches =>
  (input, block) => {
    const address = find(input);
    return address === undefined ? undefined : isWithin(address, block);
  };

/**
 * The address of the client: gateways determine it, and other proxies have the last entry of `x-forwarded-for`, of any
 * client.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
 */
function clientAddress({ connection, message }: AuthorizationInput): string | undefined {
  const entry = message && forwardedFor(message).at(-1);
  return connection.clientAddress ?? (entry !== undefined && isIP(entry) !== 0 ? entry : connection.address);
}

/** The comparison for each attribute. The name is the part in brackets. */
const ATTRIBUTES: Readonly<Record<string, (name: string, at: Field) => Matches>> = {
  'source.principal': () => (input, value, cluster) =>
    input.unknown?.has('unnamed identity') && !value.includes('*') ? false : ofPrincipal(input, value, cluster),
  'source.namespace': () =>
    ofIdentity((identity, value) => new RegExp(`/ns/${value.split('*').map(literalRegex).join('.*')}/`).test(identity)),
  'source.trustDomain': () =>
    ofIdentity((identity, value, cluster) => {
      const [domain = ''] = identity.split('/');
      const domains = trustDomains(cluster);
      return domains.includes(value) ? domains.includes(domain) : isTrustDomain(domain, value);
    }),
  'source.serviceAccount': (_, at) =>
    ofIdentity((identity, value) => {
      const slash = value.indexOf('/');
      const [namespace, name] =
        slash < 0 ? [at.resource.namespace, value] : [value.slice(0, slash), value.slice(slash + 1)];
      return identity.endsWith(`/ns/${namespace}/sa/${name}`);
    }),
  // https://github.com/istio/istio/issues/46982: no range has the address of a connection inside a tunnel.
  'source.ip': () => (input, block, cluster) =>
    !input.connection.isAtWaypoint && ofAddress(({ connection }) => connection.address)(input, block, cluster),
  'remote.ip': () => (input, block, cluster) =>
    input.unknown?.has('headers') ? undefined : ofAddress(clientAddress)(input, block, cluster),
  'destination.ip': () => () => undefined,
  'destination.port':
    () =>
    ({ connection: { port }, unknown }, value) =>
      unknown?.has('port') ? undefined : port.number === Number(value),
  'connection.sni':
    () =>
    ({ connection: { serverName }, unknown }, value) =>
      unknown?.has('server name') ? undefined : serverName !== undefined && matchesPattern(value, serverName),
  'request.auth.principal': () =>
    ofRequest(
      'token',
      ({ verified }, value) =>
        verified !== undefined && isPrincipal(value, String(verified.iss ?? ''), String(verified.sub ?? '')),
    ),
  'request.auth.audiences': () => ofClaim('aud'),
  'request.auth.presenter': () => ofClaim('azp'),
  'request.auth.claims': name => ofClaim(...name.split('][')),
  'request.headers': name => ofHeader(name.toLowerCase()),
  'request.host': () => (input, value, cluster) =>
    input.message && input.unknown?.has('authority port') && !input.unknown.has('host')
      ? matchesHost(value.toLowerCase(), input.message.host.toLowerCase())
      : ofHost(input, value, cluster),
  'request.method': () => ofRequest('method', ({ method }, value) => matchesPattern(value, method)),
  'request.path': () => (input, value, cluster) =>
    input.pathStart !== undefined && input.unknown?.has('path')
      ? matchesPathsFrom(input.pathStart, value)
      : ofPath(input, value, cluster),
};

const ofHost = ofRequest('host', (message, value) =>
  matchesPattern(value.toLowerCase(), authorityOf(message).toLowerCase()),
);

const ofPath = ofRequest('path', ({ path }, value) =>
  isPathTemplate(value) ? matchesTemplate(value, path) : matchesPattern(value, path),
);

/** Whether a pattern matches a host that a port may follow. */
function matchesHost(pattern: string, host: string): Ternary {
  if (pattern.startsWith('*') && pattern !== '*') {
    return host.endsWith(pattern.slice(1)) || /\d$/.test(pattern) ? undefined : false;
  }
  return pattern.endsWith('*')
    ? host.startsWith(pattern.slice(0, -1)) || (pattern.startsWith(`${host}:`) ? undefined : false)
    : pattern.replace(/:\d+$/, '') === host
      ? undefined
      : false;
}

const ofPrincipal = ofIdentity(
  (identity, value, cluster) =>
    value === identity || principalsFor(value, cluster).some(each => matchesPattern(each, identity)),
);

/**
 * A principal of the mesh with each of its trust domains, of which `cluster.local` stands for all.
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-td-migration/
 */
function principalsFor(value: string, cluster: Cluster): string[] {
  const domains = trustDomains(cluster);
  if (domains.length === 1 && value.startsWith(`${domains[0]}/`)) {
    return [value];
  }
  const [domain = '', ...rest] = value.split('/');
  const isOfMesh =
    rest.length === 4
    && domain !== '*'
    && (domain === 'cluster.local' || domains.some(each => matchesPattern(domain, each)));
  return isOfMesh
    ? domains.map(each => (domain.startsWith('*') && matchesPattern(domain, each) ? value : [each, ...rest].join('/')))
    : [value];
}

/** The trust domain of the mesh, and its aliases. */
const trustDomains = memo(({ mesh }: Cluster): readonly string[] => [
  mesh.trustDomain,
  ...(mesh.get('trustDomainAliases')?.texts ?? []),
]);

/** A single `*` may be anywhere in a trust domain. */
function isTrustDomain(domain: string, value: string): boolean {
  const star = value.indexOf('*');
  const [start, end] = [value.slice(0, star), value.slice(star + 1)];
  return star < 0
    ? domain === value
    : domain.length >= start.length + end.length && domain.startsWith(start) && domain.endsWith(end);
}

/** Headers that proxies add to requests before policies are evaluated, so that their absence is not known. */
const OF_PROXIES =
  /^(x-request-id|x-forwarded-(for|proto|client-cert)|x-envoy-.*|x-b3-.*|b3|traceparent|tracestate|:.*)$/;

/** The pseudo-headers of HTTP/2; HTTP/1.1's `host` is the authority. */
const PSEUDO_HEADERS: Readonly<Record<string, [part: UnknownPart, value: (message: Message) => string]>> = {
  host: ['host', authorityOf],
  ':authority': ['host', authorityOf],
  ':method': ['method', ({ method }) => method],
  ':path': ['path', ({ path, query }) => (query === '' ? path : `${path}?${query}`)],
};

function ofHeader(name: string): Matches {
  const pseudo = ownValue(PSEUDO_HEADERS, name);
  if (pseudo) {
    const [part, find] = pseudo;
    return ofRequest(part, (message, value) => value === '*' || matchesPattern(value, find(message)));
  }
  return ({ message, unknown }, value) => {
    const header = message && ownValue(message.headers, name);
    return header === undefined
      ? !message || unknown?.has('headers') || OF_PROXIES.test(name)
        ? undefined
        : false
      : value === '*' || matchesPattern(value, header);
  };
}

/** Issuer and subject are compared separately, split at the last slash, since an issuer is usually a URL. */
function isPrincipal(value: string, issuer: string, subject: string): boolean {
  if (value === '*') {
    return issuer !== '' && subject !== '';
  }
  const slash = value.lastIndexOf('/');
  if (slash < 0) {
    return value.startsWith('*')
      ? issuer !== '' && subject.endsWith(value.slice(1))
      : value.endsWith('*')
        ? issuer.startsWith(value.slice(0, -1)) && subject !== ''
        : issuer === value && subject === '';
  }
  const [iss, sub] = [value.slice(0, slash), value.slice(slash + 1)];
  if (value.startsWith('*')) {
    return (iss === '*' ? issuer !== '' : issuer.endsWith(iss.slice(1))) && subject === sub;
  }
  return (
    issuer === iss
    && (sub === '*' ? subject !== '' : sub.endsWith('*') ? subject.startsWith(sub.slice(0, -1)) : subject === sub)
  );
}
