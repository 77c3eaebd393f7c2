import fc, { type Arbitrary } from 'fast-check';
import { CERTIFICATE, GATEWAY, ISTIO_GATEWAY_PORT, ISTIO_SECURE_PORT } from './testbed';
import { authorizationPolicy, peerAuthentication, requestAuthentication } from './policies';
import { of, record, some } from './vocabulary';
import { grpcRoute, httpRoute, referenceGrant } from './gateway-api';
import { destinationRule } from './destination-rules';
import { delegation, virtualService } from './routing';
import { sidecar } from './sidecars';
import { egress } from './egress';
import { listenerSet, tlsRoute } from './listeners';

/** An object that is named by its position in the configuration, unless others refer to it by name. */
export interface Unnamed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name?: string };
  readonly spec: object;
}

export interface Named extends Unnamed {
  readonly metadata: { readonly namespace: string; readonly name: string };
}

const serverHosts = of(['*'], ['*.town.example'], ['north/*'], ['a.town.example', 'south/b.town.example']);

const istioGateway: Arbitrary<Unnamed> = record({
  apiVersion: of('networking.istio.io/v1'),
  kind: of('Gateway'),
  metadata: of({ namespace: 'north', name: 'own' }),
  spec: record({
    selector: of({ 'gateway.networking.k8s.io/gateway-name': GATEWAY }),
    servers: fc
      .tuple(serverHosts, of(false, false, true), some(serverHosts))
      .map(([hosts, httpsRedirect, secureHosts]) => [
        {
          port: { number: ISTIO_GATEWAY_PORT, name: 'http', protocol: 'HTTP' },
          hosts,
          ...(httpsRedirect ? { tls: { httpsRedirect } } : {}),
        },
        ...(secureHosts
          ? [
              {
                port: { number: ISTIO_SECURE_PORT, name: 'https', protocol: 'HTTPS' },
                hosts: secureHosts,
                tls: { mode: 'SIMPLE', credentialName: CERTIFICATE.name },
              },
            ]
          : []),
      ]),
  }),
});

const HTTP = { number: 80, name: 'http', protocol: 'HTTP' } as const;

/** The endpoints of external hosts: addresses, DNS names, or pods of the namespace. */
const serviceEntry: Arbitrary<Unnamed> = record({
  apiVersion: of('networking.istio.io/v1'),
  kind: of('ServiceEntry'),
  metadata: of({ namespace: 'north' }, { namespace: 'south' }),
  spec: fc.oneof(
    record({
      hosts: of(['out.example'], ['*.out.example'], ['out.example', 'deep.out.example']),
      ports: of<object[]>(
        [HTTP],
        [{ ...HTTP, protocol: 'http' }],
        [{ ...HTTP, protocol: 'TCP' }],
        [HTTP, { number: 443, name: 'http-secure', protocol: 'TLS' }],
        [HTTP, { number: 443, name: 'tcp-secure', protocol: 'HTTPS' }],
      ),
      resolution: of('STATIC'),
      location: of('MESH_EXTERNAL', 'MESH_INTERNAL'),
      endpoints: of([{ address: '10.99.0.9' }], [{ address: '10.99.0.9', ports: { http: 8080 } }]),
      exportTo: some(of(['*'], ['.'], ['north'])),
    }),
    record({
      hosts: of(['out.example'], ['out.example', 'deep.out.example']),
      ports: of<object[]>([HTTP], [{ ...HTTP, name: 'tcp-out' }]),
      resolution: of('DNS'),
      location: of('MESH_EXTERNAL'),
      exportTo: some(of(['*'], ['.'])),
    }),
    record({
      hosts: of(['out.example']),
      ports: of([{ ...HTTP, targetPort: 8080 }]),
      resolution: of('STATIC'),
      location: of('MESH_INTERNAL', 'MESH_EXTERNAL'),
      workloadSelector: of(
        { labels: { app: 'legacy' } },
        { labels: { app: 'api' } },
        { labels: { app: 'peer' } },
        { labels: { app: 'machine' } },
      ),
    }),
  ),
});

/** A machine: the host outside, or none. */
const workloadEntry: Arbitrary<Unnamed> = record({
  apiVersion: of('networking.istio.io/v1'),
  kind: of('WorkloadEntry'),
  metadata: of({ namespace: 'north' }, { namespace: 'south' }),
  spec: record({
    address: of('10.99.0.9'),
    labels: of({ app: 'machine' }, { app: 'machine', version: 'v1' }),
    ports: some(of({ http: 8080 }, { http: 80 })),
  }),
});

/** An Istio Gateway is always included, so that routes for it have an effect; the rest is optional. */
export const configuration: Arbitrary<Named[]> = fc
  .tuple(
    istioGateway.map(each => [each]),
    fc.array(virtualService, { maxLength: 3 }),
    fc.array(delegation, { maxLength: 1 }).map(each => each.flat()),
    fc.array(destinationRule, { maxLength: 2 }),
    fc.array(authorizationPolicy, { maxLength: 3 }),
    fc.array(peerAuthentication, { maxLength: 2 }),
    fc.array(sidecar, { maxLength: 1 }),
    fc.array(serviceEntry, { maxLength: 1 }),
    fc.array(workloadEntry, { maxLength: 1 }),
    fc.array(requestAuthentication, { maxLength: 1 }),
    fc.array(httpRoute, { maxLength: 3 }),
    fc.array(grpcRoute, { maxLength: 1 }),
    fc.array(referenceGrant, { maxLength: 1 }),
    fc.array(listenerSet, { maxLength: 1 }),
    fc.array(tlsRoute, { maxLength: 1 }),
    fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: egress }),
  )
  .map(lists =>
    lists
      .flat()
      .filter((each, _index, all) => hasParent(each, all))
      .map((each, index) => ({
        ...each,
        metadata: { name: `${each.kind.toLowerCase()}-${String(index).padStart(2, '0')}`, ...each.metadata },
      })),
  );

/** istiod gives routes a status only if it knows their parents. */
function hasParent({ kind, metadata, spec }: Unnamed, all: readonly Unnamed[]): boolean {
  const [parent] =
    (spec as { readonly parentRefs?: readonly { readonly kind?: string; readonly namespace?: string }[] }).parentRefs
    ?? [];
  const namespace = parent?.namespace ?? metadata.namespace;
  return (
    kind !== 'HTTPRoute'
    || parent?.kind !== 'ListenerSet'
    || all.some(each => each.kind === 'ListenerSet' && each.metadata.namespace === namespace)
  );
}
