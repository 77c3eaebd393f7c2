import fc, { type Arbitrary } from 'fast-check';
import type { Unnamed } from './configurations';
import { anywhere, apiVersions, of, record, some, subset } from './vocabulary';

const egressHosts = fc.oneof(
  subset(
    './api.north.svc.cluster.local',
    'north/api.north.svc.cluster.local',
    'south/*',
    'south/peer.south.svc.cluster.local',
    '*/out.example',
    'istio-system/*',
  ),
  of(['*/*'], ['./*'], ['north/*', '~south/*']),
);

export const sidecar: Arbitrary<Unnamed> = record({
  apiVersion: of(apiVersions.networking),
  kind: of('Sidecar'),
  metadata: anywhere,
  spec: record({
    workloadSelector: some(of({ labels: { app: 'client' } }, { labels: { app: 'api' } })),
    egress: fc.oneof(
      egressHosts.map(each => [{ hosts: each }]),
      egressHosts.map(each => [
        { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: each },
        { hosts: ['./*'] },
      ]),
    ),
    outboundTrafficPolicy: some(of({ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' })),
  }),
});
