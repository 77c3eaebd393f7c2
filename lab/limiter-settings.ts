import { join } from 'node:path';

/** The environment of the rate limiter, as Envoy Gateway sets it in a cluster. */
export function limiterSettings(folder: string): Record<string, string> {
  const cert = (file: string) => join(folder, 'configHome/certs/envoy-rate-limit', file);
  return {
    RUNTIME_ROOT: folder,
    RUNTIME_SUBDIRECTORY: 'ratelimit',
    RUNTIME_WATCH_ROOT: 'false',
    USE_STATSD: 'false',
    CONFIG_TYPE: 'GRPC_XDS_SOTW',
    CONFIG_GRPC_XDS_SERVER_URL: 'localhost:18001',
    CONFIG_GRPC_XDS_NODE_ID: 'envoy-ratelimit',
    CONFIG_GRPC_XDS_SERVER_USE_TLS: 'true',
    CONFIG_GRPC_XDS_CLIENT_TLS_CERT: cert('tls.crt'),
    CONFIG_GRPC_XDS_CLIENT_TLS_KEY: cert('tls.key'),
    CONFIG_GRPC_XDS_SERVER_TLS_CACERT: cert('ca.crt'),
    CONFIG_GRPC_XDS_SERVER_TLS_SAN: 'envoy-gateway',
    GRPC_SERVER_USE_TLS: 'true',
    GRPC_SERVER_TLS_CERT: cert('tls.crt'),
    GRPC_SERVER_TLS_KEY: cert('tls.key'),
    GRPC_SERVER_TLS_CA_CERT: cert('ca.crt'),
    FORCE_START_WITHOUT_INITIAL_CONFIG: 'true',
    REDIS_SOCKET_TYPE: 'tcp',
    REDIS_URL: '127.0.0.1:6379',
  };
}
