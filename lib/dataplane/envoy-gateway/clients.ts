import { type Cluster, type Field, isWithin, Kind, type Resource } from '../../manifests';
import { forwardedFor, type Message } from '../messages/message';
import { headerModifier, operated } from '../routes/header-operations';
import { CLIENT_TRAFFIC_POLICY, ENVOY_PROXY } from '../unread/envoy-gateway';
import { requireRead, titleOf, unreadField } from '../unread/read';
import { Unsimulated } from '../messages/unsimulated';
import { type PathResponse, normalizedBy } from './paths';
import { type Attachment, policyFor } from './attachment';

/** The client settings of a listener, from its ClientTrafficPolicy. */
export interface ClientTerms {
  /** Whether it requires client certificates. */
  readonly needsCertificate: boolean;
  /** Early header changes, before all other filters. */
  readonly received: (message: Message) => Message;
  /** The request with its normalized path, or the response to a path that the proxy does not accept. */
  readonly normalized: (message: Message) => Message | PathResponse;
}

/** @see https://gateway.envoyproxy.io/docs/api/extension_types/#clienttrafficpolicy */
export function clientTerms(place: Attachment, cluster: Cluster): ClientTerms {
  requirePatchesRead(place.gateway, cluster);
  requireProxyRead(place.gateway, cluster);
  const policy = policyFor(Kind.CLIENT_TRAFFIC_POLICY, place, cluster);
  if (!policy) {
    return { needsCertificate: false, received: message => message, normalized: message => normalizedBy(message) };
  }
  requireRead(policy.spec, CLIENT_TRAFFIC_POLICY);
  const validation = policy.spec.get('tls', 'clientValidation');
  const early = headerModifier(policy.spec.get('headers', 'earlyRequestHeaders'));
  return {
    needsCertificate: validation.exists && isRequired(validation),
    received: message => withClientAddress({ ...message, headers: operated(message.headers, early) }, policy.spec),
    normalized: message => normalizedBy(message, policy.spec.get('path')),
  };
}

/** `RequireAny` accepts any certificate, even an invalid one, so it proves nothing. */
function isRequired(validation: Field): boolean {
  const mode = validation.get('mode');
  return mode.exists ? mode.text === 'RequireAndVerify' : !validation.get('optional').isTrue;
}

/**
 * The address of the client: that of the connection, or of `x-forwarded-for` if a trusted proxy connects. Its entries
 * are read from the right, up to the first that is not trusted.
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
 */
function withClientAddress(message: Message, spec: Field): Message {
  const detection = spec.get('clientIPDetection');
  const trusted = detection.get('xForwardedFor', 'trustedCIDRs').texts;
  const isTrusted = (address: string) => trusted.some(each => isWithin(address, each));
  if (!detection.exists || message.address === undefined || (trusted.length > 0 && !isTrusted(message.address))) {
    return message;
  }
  if (trusted.length === 0) {
    return { ...message, address: undefined };
  }
  const entries = forwardedFor(message);
  return { ...message, address: entries.reverse().find(each => !isTrusted(each)) ?? entries.at(-1) ?? message.address };
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
