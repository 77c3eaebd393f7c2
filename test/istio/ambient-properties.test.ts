import { Duration } from 'cdk8s';
import fc from 'fast-check';
import {
  Auth,
  ClusterApp,
  IstioInstallation,
  Mesh,
  Operation,
  Port,
  type Target,
  Topology,
  TopologyChart,
} from '../../lib';
import { Manifests, Traffic } from '../../lib/testing';
import { plain } from './support';

/** What is declared of a service: what needs a waypoint, and what does not. */
interface Declared {
  readonly isTcp: boolean;
  readonly inMesh: boolean;
  readonly split?: boolean;
  readonly breaker: boolean;
  readonly denied: boolean;
  readonly token: boolean;
  readonly isAtEdge: boolean;
  /** Its callers by number, with whether one operation alone is allowed. */
  readonly callers: readonly (readonly [number, boolean])[];
  readonly seconds: number;
}

const SERVICES = 4;
const services = fc.array(
  fc.record<Declared>({
    isTcp: fc.boolean(),
    inMesh: fc.boolean(),
    split: fc.boolean(),
    breaker: fc.boolean(),
    denied: fc.boolean(),
    token: fc.boolean(),
    isAtEdge: fc.boolean(),
    callers: fc.uniqueArray(fc.tuple(fc.nat(SERVICES - 1), fc.boolean()), { selector: ([from]) => from, maxLength: 3 }),
    seconds: fc.nat(2),
  }),
  { minLength: SERVICES, maxLength: SERVICES },
);

function topologyOf(declared: readonly Declared[]): Topology {
  const topology = new Topology('any');
  // Callers outside the mesh cannot call into it.
  const isInMesh = (index: number) => declared[index]?.inMesh === true || declared[index]?.callers.length === 0;
  const readsRequests = ({ isTcp }: Declared, index: number) => !isTcp && isInMesh(index);
  const all = declared.map((each, index) =>
    plain(topology, `s${index}`, {
      port: each.isTcp ? Port.tcp(80, { target: 8080 }) : Port.http(80, { target: 8080 }),
      inMesh: isInMesh(index),
      versions: each.split ? { v1: {}, v2: {} } : undefined,
      deniedOperations: each.denied && readsRequests(each, index) ? [Operation.http('ANY /admin')] : undefined,
    }),
  );
  const edge = topology.addEdge('api', { host: 'api.example', tlsSecret: 'tls' });
  edge.route('GET /s0', all[0] ?? never());
  declared.forEach((each, index) => {
    const callee = all[index] ?? never();
    const callers = each.callers.filter(([from]) => from !== index && (isInMesh(from) || !isInMesh(index)));
    const needsOne = each.denied || each.token;
    callers.forEach(([from, isOne]) =>
      all[from]?.calls(callee, {
        ...(isOne && readsRequests(each, index) ? { allowedOperations: [Operation.http('GET /items')] } : {}),
        ...(each.seconds > 0 && readsRequests(each, index) && !needsOne
          ? { timeout: Duration.seconds(each.seconds) }
          : {}),
      }),
    );
    // Splits of connections are TCPRoutes, which are not simulated.
    if (each.split && callers.length > 0 && readsRequests(each, index)) {
      callee.split({ v1: 50, v2: 50 });
    }
    if (each.breaker && callers.length > 0 && isInMesh(index)) {
      callee.addCircuitBreaker({ maxConnections: 10 });
    }
    if (each.token && readsRequests(each, index)) {
      callee.requireAuth({
        auth: Auth.jwt({ issuer: 'https://i.example', audiences: ['x'], jwksUri: 'https://i.example/k' }),
      });
    }
    if (each.isAtEdge && !each.isTcp && index > 0) {
      edge.route(`GET /s${index}`, callee);
    }
  });
  return topology;
}

function trafficOf(declared: readonly Declared[], mesh: Target): Traffic {
  const app = new ClusterApp();
  new IstioInstallation(app, 'istio', { ambient: true });
  new TopologyChart(app, 'any', { topology: topologyOf(declared), mesh });
  return Traffic.of(Manifests.ofApp(app));
}

test('the same callers reach the same callees in ambient mode as with sidecars', () => {
  fc.assert(
    fc.property(services, declared => {
      const [first, ...others] = declared;
      const usable = [{ ...(first ?? never()), isTcp: false }, ...others];
      const [sidecars, ambient] = [Mesh.istio(), Mesh.ambient()].map(mesh =>
        trafficOf(usable, mesh)
          .matrix()
          .reaches.map(({ from, to }) => `${from} → ${to}`),
      );
      expect(ambient).toEqual(sidecars);
    }),
    { numRuns: 20 },
  );
});

test('a request has the same result in ambient mode as with sidecars, but for how it is denied', () => {
  fc.assert(
    fc.property(
      services,
      fc.nat(SERVICES - 1),
      fc.nat(SERVICES - 1),
      fc.constantFrom('/items', '/admin', '/other'),
      (declared, from, to, path) => {
        const [first, ...others] = declared;
        const usable = [{ ...(first ?? never()), isTcp: false }, ...others];
        const [sidecars, ambient] = [Mesh.istio(), Mesh.ambient()].map(mesh =>
          trafficOf(usable, mesh)
            .from(`s${from}`)
            .http(`GET http://s${to}${path}`, { claims: { iss: 'https://i.example', aud: 'x', sub: 'me' } })
            .outcomes.filter(({ destination }) => destination !== '')
            .map(({ destination, share }) => [destination, share]),
        );
        expect(ambient).toEqual(sidecars);
      },
    ),
    { numRuns: 30 },
  );
});

function never(): never {
  throw new Error('there is no such service');
}
