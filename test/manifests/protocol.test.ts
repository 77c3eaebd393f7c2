import { carriesRequests, protocolOf, Resource } from '../../lib/manifests';

const port = (kind: string, apiVersion: string, fields: object) => {
  const [first] = new Resource({ apiVersion, kind, metadata: { name: 'a' }, spec: { ports: [fields] } }).spec.get(
    'ports',
  ).items;
  if (!first) {
    throw new Error('The object has no port.');
  }
  return first;
};
const ofEntry = (name: string, protocol?: string, number = 80) =>
  port('ServiceEntry', 'networking.istio.io/v1', { number, name, protocol });
const ofService = (fields: object) => port('Service', 'v1', fields);

test.each<[string, string | undefined, string | undefined, boolean | undefined]>([
  ['tcp-port', 'HTTP', 'http', true],
  ['http', 'TCP', 'tcp', false],
  ['tcp', 'http2', 'http2', true],
  ['http', 'TLS', 'tls', false],
  ['http', 'https', 'https', false],
  ['tcp', 'gRPC', 'grpc', true],
  ['tcp', 'GRPC-Web', 'grpc-web', true],
  ['tcp', 'HTTP_PROXY', 'http_proxy', true],
  ['http', 'Mongo', 'mongo', false],
  ['http', 'REDIS', 'redis', false],
  ['http', 'MySQL', 'mysql', false],
  ['http', 'udp', 'udp', false],
  ['http', undefined, undefined, undefined],
  ['http', 'http-alt', undefined, undefined],
  ['http', 'grpc-web-v1', undefined, undefined],
  ['http', 'ldap', undefined, undefined],
])('a port %s of a ServiceEntry with protocol %s is %s', (name, protocol, expected, requests) => {
  expect([protocolOf(ofEntry(name, protocol)), carriesRequests(ofEntry(name, protocol))]).toEqual([expected, requests]);
});

test('where the server sends first, a port of a Service is TCP, and one of a ServiceEntry is not', () => {
  expect([protocolOf(ofService({ port: 3306 })), protocolOf(ofEntry('a', '', 3306))]).toEqual(['tcp', undefined]);
});

test('the protocol of a Service port comes from appProtocol, else from its name', () => {
  expect(
    [
      { port: 80, name: 'tcp', appProtocol: 'http' },
      { port: 80, name: 'http-a' },
      { port: 80, name: 'http', protocol: 'UDP' },
      { port: 80, name: 'a', appProtocol: 'kubernetes.io/wss' },
    ].map(each => protocolOf(ofService(each))),
  ).toEqual(['http', 'http', 'udp', 'https']);
});
