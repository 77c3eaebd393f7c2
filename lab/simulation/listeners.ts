import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { CERTIFICATE, GATEWAY, SECURE_PORT } from './testbed';
import { apiVersions, namespaced, of, record, some } from './vocabulary';

/** Listeners of other objects than the Gateway, which allows those of all namespaces. */
export const listenerSet: Arbitrary<Unnamed> = fc
  .tuple(
    namespaced,
    fc.uniqueArray(
      fc.oneof(
        record({
          name: of('set'),
          port: of(80, 8000),
          protocol: of('HTTP'),
          hostname: some(of('b.town.example', 'c.other.example', '*.other.example', '*.town.example')),
          allowedRoutes: some(of<object>({ namespaces: { from: 'All' } }, { namespaces: { from: 'Same' } })),
        }),
        record({
          name: of('secure-set'),
          port: of(SECURE_PORT),
          protocol: of('HTTPS'),
          hostname: of('c.other.example', 'b.town.example'),
          tls: of({ certificateRefs: [{ name: CERTIFICATE.name, namespace: 'north' }] }),
          allowedRoutes: some(of<object>({ namespaces: { from: 'All' } })),
        }),
      ),
      { minLength: 1, maxLength: 2, selector: each => each.name },
    ),
  )
  .map(([metadata, listeners]) => ({
    apiVersion: apiVersions.gateway,
    kind: 'ListenerSet',
    metadata: { ...metadata, name: 'set' },
    spec: { parentRef: { name: GATEWAY, namespace: 'north' }, listeners },
  }));

/** Routes of connections whose TLS the gateway terminates. */
export const tlsRoute: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.gateway),
  kind: of('TLSRoute'),
  metadata: namespaced,
  spec: record({
    parentRefs: of(
      [{ name: GATEWAY, namespace: 'north', sectionName: 'terminated' }],
      [{ name: GATEWAY, namespace: 'north' }],
    ),
    hostnames: of(['a.town.example'], ['*.town.example'], ['b.town.example', 'c.other.example']),
    rules: fc
      .array(
        record({
          name: of('api', 'peer', 'legacy', 'nobody'),
          namespace: some(of('north', 'south')),
          port: of(80),
          weight: some(of(1, 3)),
        }),
        { minLength: 1, maxLength: 2 },
      )
      .map(backendRefs => [{ backendRefs }]),
  }),
});
