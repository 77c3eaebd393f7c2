import fc, { type Arbitrary } from 'fast-check';
import { client, security, traffic } from './envoy-gateway-policies';
import { routeMatch } from './gateway-api';
import { HEADER, of, ORIGIN, OUTSIDE_HOSTS, PATHS, record, some, subset } from './vocabulary';

/** The namespace and the Gateway of configurations for Envoy Gateway, and the services behind it. */
export const NAMESPACE = 'generated-envoy';
const DOOR = 'door';
export const SERVICES = ['web', 'cart', 'judge'] as const;
export const PORTS = [80, 8090] as const;

const EG = 'gateway.envoyproxy.io/v1alpha1';
const GROUP = 'gateway.networking.k8s.io';

/** Objects that all configurations have. The service `judge` denies all requests that it decides about. */
export function basis(): object[] {
  const named = (apiVersion: string, kind: string, name: string, fields: object) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: NAMESPACE },
    ...fields,
  });
  return [
    named(`${GROUP}/v1`, 'Gateway', DOOR, {
      spec: {
        gatewayClassName: 'eg',
        listeners: PORTS.map(port => ({ name: `http-${port}`, port, protocol: 'HTTP' })),
      },
    }),
    named('v1', 'Secret', 'keys', { data: { ann: base64('key-of-ann') } }),
    // The password of ann is `secret`.
    named('v1', 'Secret', 'users', { data: { '.htpasswd': base64('ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=') } }),
  ];
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The services and their Pods, for the simulator. */
export function workloads(): object[] {
  return SERVICES.flatMap(name => {
    const metadata = { name, namespace: NAMESPACE };
    const labels = { app: name };
    const ports = [{ name: 'http', port: 8080, targetPort: 8080 }];
    return [
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name, ports: [{ containerPort: 8080 }] }] } },
        },
      },
    ];
  });
}

const backend = record({ name: of('web', 'web', 'cart', 'missing'), port: of(8080), weight: some(of(0, 1, 3)) });

const match = routeMatch(
  fc.oneof(
    record({ type: of('Exact', 'PathPrefix'), value: of(...PATHS) }),
    record({ type: of('RegularExpression'), value: of('/a/.*', '/.*', '/admin') }),
  ),
);

const filter = fc.oneof(
  of(
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'x-set', value: 'one' }], add: [{ name: HEADER, value: 'more' }] },
    },
    { type: 'RequestHeaderModifier', requestHeaderModifier: { remove: [HEADER, 'x-gone'] } },
  ),
  of(
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-answer', value: 'set' }] } },
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { add: [{ name: 'x-late', value: 'route' }] } },
  ),
  of(
    { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } } },
    { type: 'URLRewrite', urlRewrite: { hostname: 'new.example' } },
  ),
  of(
    { type: 'CORS', cors: { allowOrigins: [ORIGIN], allowMethods: ['GET'] } },
    { type: 'CORS', cors: { allowOrigins: ['https://other.example'] } },
  ),
);

const rule = fc.oneof(
  {
    weight: 6,
    arbitrary: record({
      matches: some(fc.array(match, { minLength: 1, maxLength: 2 })),
      filters: some(fc.uniqueArray(filter, { minLength: 1, maxLength: 2, selector: each => each.type })),
      backendRefs: fc.array(backend, { minLength: 1, maxLength: 2 }),
      timeouts: some(of({ request: '4s' }, { request: '4s', backendRequest: '1s' }, { backendRequest: '2s' })),
      retry: some(of({ attempts: 1 }, { codes: [503], attempts: 2, backoff: '10ms' })),
    }),
  },
  {
    weight: 1,
    arbitrary: record({
      matches: some(fc.array(match, { minLength: 1, maxLength: 1 })),
      filters: of({ scheme: 'https', statusCode: 301 }, { hostname: 'other.example' }).map(requestRedirect => [
        { type: 'RequestRedirect', requestRedirect },
      ]),
    }),
  },
);

const ROUTES = ['route-0', 'route-1'] as const;
const RULES = ['first', 'second'] as const;

const route = record({
  parentRefs: of<object[]>([{ name: DOOR }], [{ name: DOOR }], [{ name: DOOR, sectionName: `http-${PORTS[1]}` }]),
  hostnames: some(fc.oneof(subset<string>(...OUTSIDE_HOSTS), of(['*.town.example'], ['*.example']))),
  rules: fc
    .array(rule, { minLength: 1, maxLength: 2 })
    .map(rules => rules.map((each, index) => ({ name: RULES[index], ...each }))),
});

interface Target {
  readonly kind: string;
  readonly name: string;
  readonly sectionName?: string;
}

const target: Arbitrary<Target> = fc.oneof(
  of<Target>({ kind: 'Gateway', name: DOOR }, { kind: 'Gateway', name: DOOR, sectionName: `http-${PORTS[1]}` }),
  of(...ROUTES).chain(name =>
    of<Target>({ kind: 'HTTPRoute', name }, { kind: 'HTTPRoute', name, sectionName: RULES[0] }),
  ),
);

/** A configuration: routes and policies, of which no two of a kind have one target. */
export interface EnvoyGatewayConfiguration {
  readonly routes: readonly object[];
  readonly security: readonly { readonly to: Target; readonly spec: object }[];
  readonly traffic: readonly { readonly to: Target; readonly spec: object; readonly mergeType?: string }[];
  readonly client: Readonly<Record<string, unknown>>;
}

const byTarget = { maxLength: 2, selector: ({ to }: { readonly to: object }) => JSON.stringify(to) };

export const envoyGatewayConfiguration: Arbitrary<EnvoyGatewayConfiguration> = fc.record({
  routes: fc.array(route, { minLength: 1, maxLength: ROUTES.length }),
  security: fc.uniqueArray(fc.record({ to: target, spec: security }), byTarget),
  traffic: fc.uniqueArray(
    record({ to: target, spec: traffic, mergeType: some(of('StrategicMerge', 'JSONMerge')) }),
    byTarget,
  ),
  client,
});

/**
 * The objects of a configuration. Its name is in a header of all requests and a host of a route, so that Envoy's
 * configuration shows which one it has.
 * @param jwks The keys of tokens.
 */
export function objectsOf(configuration: EnvoyGatewayConfiguration, name: string, jwks: string): object[] {
  // The fields of an object that is there already would be merged with those of the one before.
  const own = (of: string) => `${of}-${name}`;
  const metadata = (of: string) => ({ name: own(of), namespace: NAMESPACE });
  const policy = (kind: string, of: string, to: Target, spec: object) => ({
    apiVersion: EG,
    kind,
    metadata: metadata(of),
    spec: {
      targetRefs: [{ group: GROUP, ...to, name: to.kind === 'HTTPRoute' ? own(to.name) : to.name }],
      ...spec,
    },
  });
  const { underscores, certificates, host, early, late, ...client } = configuration.client;
  const changes = (early ?? {}) as { readonly set?: readonly object[] };
  const headers = {
    enableEnvoyHeaders: true,
    earlyRequestHeaders: { ...changes, set: [...(changes.set ?? []), { name: 'x-configuration', value: name }] },
    ...(underscores === undefined ? {} : { withUnderscoresAction: underscores }),
    ...(certificates === undefined ? {} : { xForwardedClientCert: { mode: certificates } }),
    ...(host === undefined ? {} : { host }),
    ...(late === undefined ? {} : { lateResponseHeaders: late }),
  };
  const objects = [
    ...configuration.routes.map((spec, index) => ({
      apiVersion: `${GROUP}/v1`,
      kind: 'HTTPRoute',
      metadata: metadata(`route-${index}`),
      spec,
    })),
    {
      apiVersion: `${GROUP}/v1`,
      kind: 'HTTPRoute',
      metadata: metadata('configuration'),
      spec: {
        parentRefs: [{ name: DOOR }],
        hostnames: [`${name}.example`],
        rules: [{ backendRefs: [{ name: 'web', port: 8080 }] }],
      },
    },
    ...configuration.security.map(({ to, spec }, index) => policy('SecurityPolicy', `security-${index}`, to, spec)),
    ...configuration.traffic.map(({ to, spec, mergeType }, index) =>
      policy('BackendTrafficPolicy', `traffic-${index}`, to, {
        ...spec,
        ...(mergeType === undefined || !JSON.stringify(to).includes('HTTPRoute') ? {} : { mergeType }),
      }),
    ),
    policy('ClientTrafficPolicy', 'client', { kind: 'Gateway', name: DOOR }, { ...client, headers }),
  ];
  return JSON.parse(JSON.stringify(objects), (_key, value: unknown) => (value === 'JWKS' ? jwks : value)) as object[];
}
