import { isIP } from 'node:net';
import { type Cluster, type Field, isWithin, Kind, type Resource } from '../../manifests';
import { authoritiesOf } from '../endpoints/certificate-authorities';
import { authorityOf, forwardedFor, type Message, withoutForgedCertificate } from '../messages/message';
import { toHost } from '../routes/header-operations';
import { CLIENT_TRAFFIC_POLICY, ENVOY_PROXY } from '../unread/envoy-gateway';
import { requireRead, titleOf, unreadField } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';
import { type PathResponse, normalizedBy } from './paths';
import { type Attachment, policyFor } from './attachment';
import { forwardsCertificateHeader, UNDERSCORES, withEarlyHeaders, withUnderscores } from './client-headers';

/** The client settings of a listener, from its ClientTrafficPolicy. */
export interface ClientTerms {
  /** Whether it requires client certificates. */
  readonly needsCertificate: boolean;
  /**
   * Early changes of headers, before all filters, or the response to headers that the proxy does not accept.
   * @param isMutual whether the client presents a certificate
   */
  readonly received: (message: Message, isMutual: boolean) => Message | PathResponse;
  /**
   * The request with its normalized path and then the address of its client, or the response to a path or a client that
   * the proxy does not accept, or to which it responds by itself.
   */
  readonly normalized: (message: Message) => Message | PathResponse;
}

/** @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy */
export function clientTerms(place: Attachment, cluster: Cluster): ClientTerms {
  requirePatchesRead(place.gateway, cluster);
  requireProxyRead(place.gateway, cluster);
  const policy = policyFor(Kind.CLIENT_TRAFFIC_POLICY, place, cluster);
  if (policy) {
    requireRead(policy.spec, CLIENT_TRAFFIC_POLICY);
  }
  const [validation, headers, path] = [['tls', 'clientValidation'], ['headers'], ['path']].map(names =>
    policy?.spec.get(...names),
  );
  const invalid = validation && invalidAuthorities(validation, cluster);
  return {
    needsCertificate: validation?.exists === true && isRequired(validation) && !invalid,
    received: (message, isMutual) => invalid ?? received(message, isMutual, headers),
    normalized: message => {
      const found = normalizedBy(message, path);
      const addressed = 'status' in found || !policy ? found : withClientAddress(found, policy.spec);
      return !('status' in addressed) && isHealthCheck(addressed, policy?.spec)
        ? { status: 200, reason: 'the gateway responds to its health check' }
        : addressed;
    },
  };
}

/** The response to all requests of a listener whose certificates of authorities are none. */
function invalidAuthorities(validation: Field, cluster: Cluster): PathResponse | undefined {
  const { problem, isUnresolved } = validation.get('caCertificateRefs').exists
    ? authoritiesOf(validation, 'envoy-gateway', cluster)
    : {};
  return problem === undefined || isUnresolved
    ? undefined
    : { status: 500, reason: `${titleOf(validation.resource)} is invalid: ${problem}` };
}

function received(message: Message, isMutual: boolean, headers?: Field): Message | PathResponse {
  const isForwarded = forwardsCertificateHeader(headers, isMutual && message.scheme === 'https');
  const readable = withUnderscores(isForwarded ? message : withoutForgedCertificate(message), headers);
  if (!readable) {
    return { status: 400, reason: UNDERSCORES };
  }
  const early = headers ? withEarlyHeaders(readable, headers) : readable;
  const isStripped = headers?.get('host', 'stripTrailingHostDot').isTrue === true;
  return isStripped ? toHost(early, authorityOf(early).replace(/\.(:\d+)?$/, '$1')) : early;
}

/** Health checks are those of a path with its query, and get a response before any filter. */
function isHealthCheck({ path, query }: Message, spec: Field | undefined): boolean {
  const expected = spec?.get('healthCheck', 'path');
  return expected?.exists === true && expected.text === (query === '' ? path : `${path}?${query}`);
}

/** `RequireAny` accepts any certificate, even an invalid one, so it proves nothing. */
function isRequired(validation: Field): boolean {
  const mode = validation.get('mode');
  return mode.exists ? mode.text === 'RequireAndVerify' : !validation.get('optional').isTrue;
}

/**
 * The address of the client: that of the connection, of a header, or of `x-forwarded-for`: the entry at a number of
 * proxies, or if a trusted proxy connects the first from the right that is not trusted.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
 */
function withClientAddress(message: Message, spec: Field): Message | PathResponse {
  const detection = spec.get('clientIPDetection');
  const header = detection.get('customHeader');
  if (header.exists) {
    return withAddressOf(header, message);
  }
  const forwarded = detection.get('xForwardedFor');
  const entries = forwardedFor(message);
  const hops = forwarded.get('numTrustedHops').number;
  if (hops !== undefined) {
    const entry = entries.at(-Math.max(hops, 1)) ?? '';
    return isIP(entry) > 0 ? { ...message, address: entry } : message;
  }
  if (!forwarded.exists || message.address === undefined) {
    return message;
  }
  const trusted = forwarded.get('trustedCIDRs').texts;
  const isTrusted = (address: string) => trusted.some(each => isWithin(address, each));
  return isTrusted(message.address)
    ? { ...message, address: entries.reverse().find(each => !isTrusted(each)) ?? entries.at(-1) ?? message.address }
    : message;
}

/** The address that a header has; without one, clients have that of their connection, or get 403. */
function withAddressOf(header: Field, message: Message): Message | PathResponse {
  const value = message.headers[header.get('name').text.toLowerCase()] ?? '';
  return isIP(value) > 0
    ? { ...message, address: value }
    : header.get('failClosed').isTrue
      ? { status: 403, reason: `the request has no address in ${header.get('name').text}` }
      : message;
}

/** The EnvoyProxy of a Gateway, or that of its class. */
function requireProxyRead(gateway: Resource, cluster: Cluster): void {
  const certificate = gateway.spec.get('tls', 'backend');
  if (certificate.exists && cluster.all(Kind.BACKEND_TLS_POLICY).length > 0) {
    throw unreadField(certificate);
  }
  proxiesOf(gateway, cluster).forEach(each => {
    requireRead(each.spec, ENVOY_PROXY);
  });
}

function proxiesOf(gateway: Resource, cluster: Cluster): Resource[] {
  const own = gateway.spec.get('infrastructure', 'parametersRef', 'name').text;
  const common = cluster.find(Kind.GATEWAY_CLASS, gateway.spec.get('gatewayClassName').text)?.spec.get('parametersRef');
  return [
    cluster.find(ENVOY_PROXIES, own, gateway.namespace),
    common?.exists ? cluster.find(ENVOY_PROXIES, common.get('name').text, common.get('namespace').text) : undefined,
  ].filter(each => each !== undefined);
}

/**
 * The port on which the Pods of a Gateway listen for one of its ports: for privileged ones another, unless an EnvoyProxy
 * sets otherwise.
 * @see https://gateway.envoyproxy.io/docs/api/extension_types/#envoyproxykubernetesprovider
 */
export function podPortOf(port: number, gateway: Resource, cluster: Cluster): number {
  const isSame = proxiesOf(gateway, cluster).some(
    each => each.spec.get('provider', 'kubernetes', 'useListenerPortAsContainerPort').isTrue,
  );
  return isSame || port >= 1024 ? port : port + 10_000;
}

const ENVOY_PROXIES = 'EnvoyProxy.gateway.envoyproxy.io';

/**
 * Patches of Envoy's configuration can do anything; transcoders take what they are made for, and leave the rest as it
 * is.
 */
function requirePatchesRead(gateway: Resource, cluster: Cluster): void {
  const patch = cluster
    .all(Kind.ENVOY_PATCH_POLICY)
    .filter(each => isFor(each.spec.get('targetRef'), gateway))
    .flatMap(each => each.spec.get('jsonPatches').items)
    .find(each => each.get('operation', 'value', 'name').text !== 'envoy.filters.http.grpc_json_transcoder');
  if (patch) {
    throw new Unsimulated(
      `${titleOf(patch.resource)} changes the configuration of ${gateway.key} (${String(patch)}).`,
      'Remove it from the manifests of the test, or test it in a cluster.',
    );
  }
}

function isFor(at: Field, gateway: Resource): boolean {
  return at.get('kind').text === 'GatewayClass'
    ? at.get('name').text === gateway.spec.get('gatewayClassName').text
    : at.resource.namespace === gateway.namespace && at.get('name').text === gateway.name;
}
