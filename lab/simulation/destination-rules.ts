import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { anywhere, apiVersions, of, record, some } from './vocabulary';

const tls = of({ mode: 'DISABLE' }, { mode: 'ISTIO_MUTUAL' });
const trafficPolicy = fc.oneof(
  record({ tls }),
  tls.map(each => ({ portLevelSettings: [{ port: { number: 80 }, tls: each }] })),
);
const subsets = of(
  [
    { name: 'v1', labels: { version: 'v1' } },
    { name: 'v2', labels: { version: 'v2' } },
  ],
  [{ name: 'v1', labels: { version: 'v1' } }],
  [{ name: 'none', labels: { version: 'v9' } }],
);

export const destinationRule: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.networking),
  kind: of('DestinationRule'),
  metadata: anywhere,
  spec: record({
    host: of<string>(
      'api.north.svc.cluster.local',
      'api.north.svc.cluster.local',
      'peer.south.svc.cluster.local',
      '*.north.svc.cluster.local',
      '*.local',
    ),
    subsets: fc.oneof({ arbitrary: subsets, weight: 3 }, { arbitrary: fc.constant(undefined), weight: 1 }),
    trafficPolicy: fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, { arbitrary: trafficPolicy, weight: 1 }),
    exportTo: some(of(['*'], ['.'], ['north'], ['south'])),
    workloadSelector: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 3 },
      { arbitrary: of({ matchLabels: { app: 'client' } }, { matchLabels: { app: 'api' } }), weight: 1 },
    ),
  }),
});
