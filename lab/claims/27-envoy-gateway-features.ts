import assert from 'node:assert/strict';
import { Duration } from 'cdk8s';
import { load } from 'js-yaml';
import {
  Auth,
  ClientKey,
  FailureMode,
  PerClientRateLimit,
  Period,
  Port,
  RateLimit,
  Topology,
  Tracing,
} from '../../lib';
import { catalogDescriptor } from '../../test/support/descriptors';
import { certificateOf } from '../certificates';
import { claim } from '../claims';
import { StandaloneGateway } from '../standalone-gateway';
import { TokenIssuer } from '../tokens';
import { until } from '../wait';

const issuer = new TokenIssuer('https://login.lab.example');
const remote = 'https://keys.lab.example/keys.json';
const limit = (client: ClientKey) =>
  PerClientRateLimit.of({ client, requests: 41, per: Period.MINUTE, failureMode: FailureMode.FAIL_OPEN });

const topology = new Topology('every-feature');
const web = topology.addService('web', { image: 'web', port: Port.http(8080) });
const catalog = topology.addService('catalog', {
  image: 'catalog',
  port: Port.grpc(3550, { service: 'shop.Catalog', descriptor: catalogDescriptor() }),
});
const edge = topology.addEdge('every', {
  host: 'every.lab.example',
  tlsSecret: 'every-tls',
  clientCa: 'partners',
  timeout: Duration.seconds(17),
  cors: { origins: ['https://www.lab.example'], maxAge: Duration.seconds(321) },
  perClientRateLimit: limit(ClientKey.header('x-tenant')),
});
edge.route('GET /exact', web);
edge.route('POST /parameter/{id}', web, { timeout: Duration.seconds(23) });
edge.route('ANY /rest/{path+}', web);
edge.route('GET /limited', web, { rateLimit: RateLimit.perSecond(37) });
edge.route('GET /products/{id}', catalog, { grpcMethod: 'GetProduct' });
edge.route('GET /local', web, {
  auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['shop'], scopes: ['orders:read'], jwks: issuer.jwks }),
  perClientRateLimit: limit(ClientKey.claim('sub')),
});
edge.route('GET /remote', web, { auth: Auth.jwt({ issuer: issuer.issuer, audiences: ['far'], jwksUri: remote }) });
edge.route('GET /keyed', web, {
  auth: Auth.apiKey({ secret: 'keys', header: 'x-shop-key' }),
  perClientRateLimit: limit(ClientKey.apiKey()),
});

/** What Envoy's configuration contains for each feature. */
const FEATURES: readonly [string, RegExp][] = [
  ['an exact path', /"path": "\/exact"/],
  ['a parameter', /"regex": "\/parameter\/\[\^\/\]\+"/],
  ['the rest of a path', /"regex": "\/rest\/\.\+"/],
  ['a method', /"name": ":method",\s+"string_match": \{\s+"exact": "POST"/],
  ['the timeout of the edge', /"timeout": "17s"/],
  ['the timeout of a route', /"timeout": "23s"/],
  ['CORS', /"allow_origin_string_match": \[\s+\{\s+"exact": "https:\/\/www\.lab\.example"/],
  ['the cache time of preflights', /"max_age": "321"/],
  ['a rate limit', /"max_tokens": 37,/],
  ['a limit by header', /"header_name": "x-tenant"/],
  ['a limit by claim', /"header_name": "x-cardinal-client-sub"/],
  ['a limit by API key', /"header_name": "x-cardinal-client-key"/],
  ['removal of internal headers', /"early_header_mutation_extensions"[\s\S]*"remove": "x-cardinal-client-sub"/],
  ['tokens with local keys', /"audiences": \[\s+"shop"\s+\][\s\S]*"inline_string"/],
  ['tokens with remote keys', /"uri": "https:\/\/keys\.lab\.example\/keys\.json"/],
  [
    'tokens in the Authorization header only',
    /"from_headers": \[\s+\{\s+"name": "Authorization",\s+"value_prefix": "Bearer "/,
  ],
  ['scopes', /orders:read/],
  ['API keys', /envoy\.extensions\.filters\.http\.api_key_auth[\s\S]*"header": "x-shop-key"/],
  ['API keys that are not forwarded', /"hide_credentials": true/],
  ['transcoding', /envoy\.extensions\.filters\.http\.grpc_json_transcoder/],
  ['HTTP/2 to gRPC services', /"http2_protocol_options"/],
  ['TLS 1.2 or newer', /"tls_minimum_protocol_version": "TLSv1_2"/],
  ['client certificates', /"require_client_certificate": true/],
  ['the redirect to HTTPS', /"https_redirect": true|"scheme_redirect": "https"/],
  ['tracing', /"@type": "type\.googleapis\.com\/envoy\.config\.trace\.v3\.OpenTelemetryConfig"/],
];

claim(
  'Envoy Gateway accepts every object that the package renders for it, and configures Envoy for each feature',
  async lab => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const { key, cert } = certificateOf(lab, 'every', edge.host);
    const named = (kind: string, name: string, fields: object) => ({
      apiVersion: 'v1',
      kind,
      metadata: { name, namespace: edge.namespace },
      ...fields,
    });
    const here = await StandaloneGateway.start(lab, topology, {
      tracing: Tracing.openTelemetry({ service: 'web', namespace: topology.namespace, port: 8080 }),
      before: [
        named('Secret', 'keys', { data: { ann: base64('key-of-ann') } }),
        named('Secret', 'every-tls', {
          type: 'kubernetes.io/tls',
          data: { 'tls.key': base64(key), 'tls.crt': base64(cert) },
        }),
        named('ConfigMap', 'partners', { data: { 'ca.crt': certificateOf(lab, 'partner').cert } }),
      ],
    });
    await here.answers(edge, { path: '/exact', ...certificateOf(lab, 'partner') }, 200);

    const configuration = await until('Envoy has a configuration', () => here.admin('config_dump'));
    const missing = FEATURES.filter(([, expected]) => !expected.test(configuration)).map(([feature]) => feature);
    assert.deepEqual(missing, []);

    const statuses = here.statuses();
    const kinds = [...statuses.keys()].map(name => name.split(' ')[0]);
    for (const kind of [
      'Gateway',
      'HTTPRoute',
      'SecurityPolicy',
      'BackendTrafficPolicy',
      'ClientTrafficPolicy',
      'EnvoyPatchPolicy',
    ]) {
      assert.ok(kinds.includes(kind), `${kind} has a status: ${kinds.join(', ')}`);
    }
    const refused = [...statuses].flatMap(([object, status]) =>
      conditionsIn(load(status)).flatMap(({ type, status: is, reason, message }) =>
        // A proxy on the host has no Service, and so no address.
        is === 'True' || reason === 'AddressNotAssigned' ? [] : [`${object}: ${type} is ${is}: ${message}`],
      ),
    );
    assert.deepEqual(refused, []);
  },
);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The conditions of an object, of its listeners, and of what it is attached to. */
function conditionsIn(status: unknown): Condition[] {
  return typeof status !== 'object' || status === null
    ? []
    : Object.entries(status).flatMap(([field, value]: [string, unknown]) =>
        field === 'conditions' ? (value as Condition[]) : conditionsIn(value),
      );
}
