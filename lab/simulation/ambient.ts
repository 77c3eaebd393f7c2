import fc, { type Arbitrary } from 'fast-check';
import type { Reply } from '../app-protocol';
import { HboneClient } from '../hbone-client';
import type { Lab } from '../lab';
import { HOST } from '../network';
import type { Named, Unnamed } from './configurations';
import { httpRoute } from './gateway-api';
import { type Carried, hostHeader, Messenger, residentOf, targetOf } from './messenger';
import { authorizationPolicy, requestAuthentication } from './policies';
import { type TrialRequest, trialRequest } from './requests';
import { RESIDENTS, TESTBED, testbedObjects } from './testbed';
import { of, record } from './vocabulary';

const WAYPOINT = 'waypoint';

/** The testbed without sidecars: each namespace is in ambient mode, and has a waypoint for all of its Services. */
export function ambientObjects(): object[] {
  const objects = testbedObjects() as (Unnamed & { readonly metadata: { readonly labels?: object } })[];
  return [
    ...objects.map(each =>
      each.kind === 'Namespace'
        ? {
            ...each,
            metadata: {
              ...each.metadata,
              labels: { 'istio.io/dataplane-mode': 'ambient', 'istio.io/use-waypoint': WAYPOINT },
            },
          }
        : each,
    ),
    ...TESTBED.map(namespace => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: WAYPOINT, namespace },
      spec: { gatewayClassName: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
    })),
  ];
}

/** What a policy attaches to at a waypoint: a Service with its namespace, or the waypoint. */
const target = of(
  { namespace: 'north', ref: { group: '', kind: 'Service', name: 'api' } },
  { namespace: 'north', ref: { group: '', kind: 'Service', name: 'api' } },
  { namespace: 'south', ref: { group: '', kind: 'Service', name: 'peer' } },
  { namespace: 'north', ref: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: WAYPOINT } },
);

function attached(policy: Arbitrary<Unnamed>): Arbitrary<Unnamed> {
  return fc.tuple(policy, target).map(([{ spec, ...rest }, { namespace, ref }]) => ({
    ...rest,
    metadata: { namespace },
    spec: { ...spec, selector: undefined, targetRefs: [ref] },
  }));
}

const routeOfService: Arbitrary<Unnamed> = fc
  .tuple(
    httpRoute,
    record({
      port: fc.option(of(80, 81), { nil: undefined }),
      service: of({ name: 'api', namespace: 'north' }, { name: 'peer', namespace: 'south' }),
    }),
  )
  .map(([route, { port, service }]) => ({
    ...route,
    metadata: { namespace: service.namespace },
    spec: {
      ...route.spec,
      hostnames: undefined,
      parentRefs: [{ group: '', kind: 'Service', name: service.name, ...(port ? { port } : {}) }],
    },
  }));

/** What waypoints read: routes whose parent is a Service, and policies by `targetRefs`. */
export const ambientConfiguration: Arbitrary<Named[]> = fc
  .tuple(
    fc.array(routeOfService, { maxLength: 2 }),
    fc.array(attached(authorizationPolicy), { maxLength: 3 }),
    fc.array(attached(requestAuthentication), { maxLength: 1 }),
  )
  .map(lists =>
    lists.flat().map((each, index) => ({
      ...(JSON.parse(JSON.stringify(each)) as Unnamed),
      metadata: { name: `${each.kind.toLowerCase()}-${String(index).padStart(2, '0')}`, ...each.metadata },
    })),
  );

/** Requests of workloads to Services. Their short names resolve in the namespace of the caller. */
export const ambientRequest: Arbitrary<TrialRequest> = trialRequest.filter(
  ({ from, host, port, isSecure }) =>
    RESIDENTS.some(each => each.name === from && each.isMeshed)
    && RESIDENTS.some(each => each.service === host.split('.')[0])
    // The protocol of the other ports is not declared, or is not HTTP.
    && port === 80
    && !isSecure,
);

/** Sends requests as the ztunnel of the caller would: to the waypoint of the callee. */
export class AmbientMessenger extends Messenger {
  constructor(private readonly inLab: Lab) {
    super(inLab);
  }

  /** The tunnel of a workload begins on the host. */
  override addressOf(): string {
    return HOST;
  }

  protected override async sendCarrying(
    request: TrialRequest,
    carried: Carried,
  ): Promise<{ reply: Reply; only?: string }[]> {
    const { from = '', host, port, method, headers } = request;
    const caller = residentOf(from);
    const [service = '', namespace = caller.namespace] = host.split('.');
    const { kubelet } = this.inLab;
    const [waypoint] = kubelet.pods(namespace, { 'gateway.networking.k8s.io/gateway-name': WAYPOINT });
    const client = await HboneClient.of(this.inLab, caller.namespace, caller.service);
    const reply = await client.send({
      waypoint: waypoint?.network.ip ?? '',
      to: `${kubelet.clusterIp(namespace, service)}:${port}`,
      method,
      path: targetOf(request, carried),
      headers: { host: hostHeader(host, port), ...headers, ...carried.headers },
    });
    // An authorizer that denies a request answers as any app does.
    return [{ reply: reply.status === 200 ? reply : { ...reply, from: undefined } }];
  }
}
