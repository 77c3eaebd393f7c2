import type { Field, Resource } from '../../manifests';

const CONTEXTS = { client: 'SIDECAR_OUTBOUND', gateway: 'GATEWAY', server: 'SIDECAR_INBOUND' } as const;

/**
 * Filters that leave a single request as it is, unless it is meant for them: limits, and transcoders of REST for gRPC
 * services.
 */
const FILTERS = [
  'istio.stats',
  'envoy.filters.http.local_ratelimit',
  'envoy.filters.http.ratelimit',
  'envoy.filters.http.grpc_json_transcoder',
];

/** Settings of the connection manager that are read, or that no request depends on. */
const SETTINGS = ['@type', 'local_reply_config', 'access_log', 'stat_prefix', 'server_name'];

/**
 * Whether the effect of an EnvoyFilter on a proxy is simulated: all its patches are for others, read, or of no
 * consequence for one request.
 */
export function isReadFilter({ spec }: Resource, role: keyof typeof CONTEXTS): boolean {
  return spec.get('configPatches').items.every(patch => !isFor(patch, role) || isRead(patch));
}

function isFor(patch: Field, role: keyof typeof CONTEXTS): boolean {
  return ['', 'ANY', CONTEXTS[role]].includes(patch.get('match', 'context').text);
}

function isRead(patch: Field): boolean {
  const [kind, operation, value] = [
    patch.get('applyTo').text,
    patch.get('patch', 'operation').text,
    patch.get('patch', 'value'),
  ];
  switch (kind) {
    case 'HTTP_FILTER':
      return operation.startsWith('INSERT_') && FILTERS.includes(value.get('name').text);
    case 'NETWORK_FILTER':
      return operation === 'MERGE' && value.get('typed_config').entries.every(([name]) => SETTINGS.includes(name));
    case 'FILTER_CHAIN':
      return operation === 'MERGE' && isLowestTlsVersion(value);
    default:
      return false;
  }
}

/** Whether a patch of filter chains sets versions and ciphers of TLS alone: clients use what is offered. */
function isLowestTlsVersion(value: Field): boolean {
  const tls = value.get('transport_socket', 'typed_config');
  const names = (at: Field) => at.entries.map(([name]) => name).filter(name => !['@type', 'name'].includes(name));
  return (
    names(value).join() === 'transport_socket'
    && names(value.get('transport_socket')).join() === 'typed_config'
    && names(tls).join() === 'common_tls_context'
    && names(tls.get('common_tls_context')).join() === 'tls_params'
  );
}
