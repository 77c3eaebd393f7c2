/** The protocols of ports of a Gateway, a Sidecar or a ServiceEntry, case-insensitive. */
export const PROTOCOLS: ReadonlySet<string> = new Set([
  'TCP',
  'UDP',
  'GRPC',
  'GRPC-WEB',
  'HTTP',
  'HTTP_PROXY',
  'HTTP2',
  'HTTPS',
  'TLS',
  'MONGO',
  'REDIS',
  'MYSQL',
]);

/** Whether this is a valid protocol field: empty, or a protocol. */
export function isProtocol(text: string): boolean {
  return text === '' || PROTOCOLS.has(text.toUpperCase());
}

export function isHttp(protocol: string): boolean {
  return ['HTTP', 'HTTP2', 'HTTP_PROXY', 'GRPC', 'GRPC-WEB'].includes(protocol.toUpperCase());
}

export function isTls(protocol: string): boolean {
  return ['HTTPS', 'TLS'].includes(protocol.toUpperCase());
}
